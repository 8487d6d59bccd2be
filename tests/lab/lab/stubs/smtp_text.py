"""The little SMTP that the MX stub and the man in the middle share."""
import json
import threading

_lock = threading.Lock()


def append(path, event):
    """One complete JSON line per event, before the peer hears of it: readers rely on that order."""
    with _lock, open(path, "a", encoding="utf-8") as log:
        log.write(json.dumps(event) + "\n")


def address_in(line):
    """The address of MAIL FROM:<a> or RCPT TO:<a>."""
    return line[line.index("<") + 1 : line.index(">")]


def body_of(lines):
    """The lines after the header."""
    return lines[lines.index("") + 1 :] if "" in lines else []
