"""A step in which every MTA beside Postfix sends the same mail at the same time."""
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import plan as plans
from . import waiting


def _faults(step, mta, recipient, outcome, world):
    status, arrived, over = step.expected(mta.name)
    seen = world.mx.messages(recipient)
    faults = []
    if outcome.status != status:
        faults.append(f"status: expected {status}, saw {outcome.status}")
    took = ", ".join(event["mx"] for event in seen)
    if took != arrived:
        faults.append(f"taken by: expected {arrived or 'nobody'}, saw {took or 'nobody'}")
    if len(seen) == 1 and ("tls" if seen[0]["tls"] else "clear") != over:
        faults.append(f"arrived: expected over {over}")
    if world.router.captured(recipient):
        faults.append("read by the attacker")
    wanted = plans.of_mta(step.log, mta.name, "")
    if wanted and wanted not in outcome.log:
        faults.append(f"log: expected …{wanted}…, not there")
    if faults:
        faults.append(f"log: {outcome.line}")
    return faults


def check_local(step, world):
    """Returns the faults, with the MTA in front of each."""
    faults = []
    for mta in world.others:
        seen = mta.check_local()
        expected = plans.of_mta(step.but, mta.name, step.check_local)
        if seen and seen != expected:
            faults.append(f"{mta.name}: check-local: expected {expected}, saw {seen}")
    return faults


def send(step, scenario, world, text):
    """Returns the faults, with the MTA in front of each."""

    def one(mta):
        try:
            recipient, outcome = mta.deliver(scenario.domain, text)
        except (waiting.Timeout, RuntimeError, OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or ""
            return [f"{mta.name}: {error} {said}".rstrip()]
        return [f"{mta.name}: {fault}" for fault in _faults(step, mta, recipient, outcome, world)]

    mtas = [mta for mta in world.others if step.sends(mta.name)]
    with ThreadPoolExecutor(max(len(mtas), 1)) as pool:
        return [fault for faults in pool.map(one, mtas) for fault in faults]
