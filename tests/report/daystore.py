"""Writes results of a day into a day store, as docs/formats/day-store.md says."""

import sqlite3


def identifier(db, table, **columns):
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    values = list(columns.values())
    db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values)
    where = " AND ".join(f"{name} = ?" for name in columns)
    return db.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()[0]


def add(state, day, domain, record, policies):
    """`policies`: (type, policy domain, lines, mx hosts, successes, failures, details); a detail is
    (type, sending ip, mx, helo, ip, information, reason, sessions)."""
    number = int(day.replace("-", ""))
    db = sqlite3.connect(state / "tls-results.sqlite")
    name = identifier(db, "domains", name=domain)
    db.execute("INSERT INTO days VALUES (?, 1) ON CONFLICT DO UPDATE SET domains = domains + 1",
               (number,))
    details = sum(len(policy[6]) for policy in policies)
    db.execute("INSERT INTO day_domains VALUES (?, ?, ?, ?, ?)",
               (number, name, record, len(policies), details))
    for kind, about, lines, hosts, good, bad, failures in policies:
        policy = identifier(db, "policies", type=kind, domain=about, strings="\n".join(lines),
                            mx_hosts="\n".join(hosts))
        db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", (number, name, policy, good, bad))
        for *texts, sessions in failures:
            failure = identifier(db, "failures", **dict(zip(
                ("type", "sending_mta_ip", "receiving_mx_hostname", "receiving_mx_helo",
                 "receiving_ip", "additional_information", "reason_code"), texts)))
            db.execute("INSERT INTO session_failures VALUES (?, ?, ?, ?, ?)",
                       (number, name, policy, failure, sessions))
    db.commit()
    db.close()


def move(state, day, to):
    """Makes one day another, of which the store has nothing. Nobody else may have it open."""
    db = sqlite3.connect(state / "tls-results.sqlite")
    for table in ("days", "day_domains", "sessions", "session_failures"):
        db.execute(f"UPDATE {table} SET day = ? WHERE day = ?",
                   (int(to.replace("-", "")), int(day.replace("-", ""))))
    db.commit()
    db.close()
