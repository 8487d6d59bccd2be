"""F31: midnight comes under 20,000 datagrams a second"""
import datetime
import json
import subprocess
import time

from faults import collector
from faults.broken import check
from faults.worlds import tools

ALONE = True
COUNT, PER_SECOND, BURST = 160_000, 20_000, 20
BEFORE_SECONDS = 4


def run(stage):
    path = collector.configure(stage)
    now = int(time.time())
    stage.set_clock(f"+{86400 - now % 86400 - BEFORE_SECONDS}s")
    today = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).date()
    tomorrow = today + datetime.timedelta(days=1)
    stage.start()
    done = subprocess.run([tools() / "bench_datagrams", path, str(COUNT), "200", str(PER_SECOND),
                           str(BURST)], capture_output=True, text=True, check=True)
    sent = json.loads(done.stdout)["sent"]
    stage.daemon.stop()
    days = {day: collector.counted(stage, day.isoformat()) for day in (today, tomorrow)}
    check(sum(days.values()) == sent, f"{days} counted, {sent} sent")
    check(min(days.values()) > 0, f"one day only: {days}")
    check(collector.counted(stage) == sent, "other days have some")
    stage.figures.append(f"{sent} datagrams: {days[today]} before, {days[tomorrow]} after midnight")
