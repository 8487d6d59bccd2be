PRAGMA page_size = 4096;
PRAGMA application_id = 1937007730;
PRAGMA user_version = -16908031;
BEGIN TRANSACTION;
CREATE TABLE day_domains ( day INTEGER NOT NULL, domain INTEGER NOT NULL, record TEXT NOT NULL, policies INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (day, domain)) STRICT, WITHOUT ROWID;
INSERT INTO "day_domains" VALUES(20261127,1,'v=TLSRPTv1; rua=mailto:tls@a.example',1,0);
INSERT INTO "day_domains" VALUES(20261127,2,'v=TLSRPTv1; rua=mailto:tls@b.example',1,1);
CREATE TABLE days ( day INTEGER PRIMARY KEY, domains INTEGER NOT NULL) STRICT;
INSERT INTO "days" VALUES(20261127,2);
CREATE TABLE domains ( id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "domains" VALUES(1,'a.example');
INSERT INTO "domains" VALUES(2,'b.example');
CREATE TABLE failures ( id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, sending_mta_ip TEXT NOT NULL, receiving_mx_hostname TEXT NOT NULL, receiving_mx_helo TEXT NOT NULL, receiving_ip TEXT NOT NULL, additional_information TEXT NOT NULL, reason_code TEXT NOT NULL, UNIQUE (type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo, receiving_ip, additional_information, reason_code)) STRICT;
INSERT INTO "failures" VALUES(1,'certificate-host-mismatch','192.0.2.1','mx.b.example','mx.b.example','198.51.100.7','','');
CREATE TABLE policies ( id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, domain TEXT NOT NULL, strings TEXT NOT NULL, mx_hosts TEXT NOT NULL, UNIQUE (type, domain, strings, mx_hosts)) STRICT;
INSERT INTO "policies" VALUES(1,'no-policy-found','a.example','','');
INSERT INTO "policies" VALUES(2,'sts','b.example','version: STSv1
mode: enforce
mx: mx.b.example
max_age: 604800','mx.b.example');
CREATE TABLE session_failures ( day INTEGER NOT NULL, domain INTEGER NOT NULL, policy INTEGER NOT NULL, failure INTEGER NOT NULL, sessions INTEGER NOT NULL, PRIMARY KEY (day, domain, policy, failure)) STRICT, WITHOUT ROWID;
INSERT INTO "session_failures" VALUES(20261127,2,2,1,1);
CREATE TABLE sessions ( day INTEGER NOT NULL, domain INTEGER NOT NULL, policy INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (day, domain, policy)) STRICT, WITHOUT ROWID;
INSERT INTO "sessions" VALUES(20261127,1,1,3,0);
INSERT INTO "sessions" VALUES(20261127,2,2,0,1);
CREATE TABLE state ( name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "state" VALUES('generation',1);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('domains',2);
INSERT INTO "sqlite_sequence" VALUES('policies',2);
INSERT INTO "sqlite_sequence" VALUES('failures',1);
COMMIT;
