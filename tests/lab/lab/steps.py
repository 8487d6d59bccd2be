"""Carries out the steps of a scenario and compares what happened with what the file expects.

The witnesses are independent of strictmx: Postfix's log, the MX's log, the man in the middle's log.
"""
import time
from dataclasses import dataclass, field

from . import everyone
from . import plan as plans
from . import waiting
from .world import World

LOG_SECONDS = 2
SECRET = "Our bid is 48200 EUR. Keep it to yourselves."


@dataclass
class MailEvidence:
    """What the witnesses say of one message."""

    step: plans.Mail
    recipient: str
    outcome: object  # postfix.Outcome
    arrived: list  # events of the MX log
    captured: list  # events of the man in the middle
    deferral_line: str | None  # strictmx's log, where it had a reason of its own


@dataclass
class Result:
    scenario: plans.Scenario
    faults: list = field(default_factory=list)
    skipped: str = ""  # the reason
    mails: list = field(default_factory=list)


def _differ(what, expected, seen):
    return (
        []
        if expected == seen
        else [f"{what}: expected {expected or 'nothing'}, saw {seen or 'nothing'}"]
    )


def _arrival_faults(step, arrived):
    faults = _differ("taken by", step.arrived, ", ".join(event["mx"] for event in arrived))
    if len(arrived) != 1 or faults:
        return faults
    event = arrived[0]
    faults += _differ("arrived over", step.over, "tls" if event["tls"] else "clear")
    if step.sni is not None:
        faults += _differ("SNI", step.sni, event["sni"] or "")
    return faults


def _mail_faults(evidence):
    step, outcome = evidence.step, evidence.outcome
    faults = _differ("status", step.status, outcome.status)
    if step.dsn:
        faults += _differ("dsn", step.dsn, outcome.dsn)
    if step.reason and step.reason not in outcome.reason:
        faults.append(f"reason: expected …{step.reason}…, saw {outcome.reason}")
    if step.log and step.log not in outcome.log:
        faults.append(f"Postfix's log: expected …{step.log}…, not there")
    if step.tls:
        faults += _differ("Postfix's TLS status", step.tls, outcome.tls)
    faults += _arrival_faults(step, evidence.arrived)
    faults += _differ(
        "read by the attacker",
        "yes" if step.captured else "no",
        "yes" if evidence.captured else "no",
    )
    if faults:
        faults.append(f"log: {outcome.line}")
    return faults


def _postfix(scenario, world):
    return world.postfix310 if scenario.postfix else world.postfix


def _send(step, scenario, world):
    postfix = _postfix(scenario, world)
    domain = step.to or scenario.domain
    recipient, outcome = postfix.deliver(domain, step.mail, SECRET)
    return MailEvidence(
        step,
        recipient,
        outcome,
        world.mx.messages(recipient),
        world.router.captured(recipient),
        world.strictmx.deferral_line(domain),
    )


def _last_seen(look, expected, seconds):
    """What `look` returns, as soon as it is what is expected, else after `seconds`."""
    end = time.monotonic() + seconds
    while (seen := look()) != expected and time.monotonic() < end:
        time.sleep(waiting.INTERVAL)
    return seen


def _control(verb, world):
    if verb == "start":
        world.strictmx.start()
        world.strictmx.wait_ready()
    elif verb == "stop":
        world.strictmx.stop()
    else:
        world.strictmx.kill()


def _run_step(step, result, world):
    """Returns the faults of one step."""
    match step:
        case plans.Mail():
            evidence = _send(step, result.scenario, world)
            result.mails.append(evidence)
            return _mail_faults(evidence)
        case plans.MailAll():
            return everyone.send(step, result.scenario, world, SECRET)
        case plans.CheckLocal():
            return everyone.check_local(step, world)
        case plans.Ask():
            seen = _last_seen(
                lambda: _postfix(result.scenario, world).ask(step.ask, step.via),
                step.answer,
                step.within,
            )
            return _differ(f"answer for {step.ask}", step.answer, seen)
        case plans.Query():
            seen = world.strictmx.query(step.query, step.validation)
            return _differ(f"answer for {step.query}", step.answer, seen)
        case plans.PolicyHost():
            # nginx logs a request after it has answered: its log may lag behind strictmx's answer.
            seen = _last_seen(
                lambda: world.policy_host.saw(step.policy_host), step.saw, LOG_SECONDS
            )
            return _differ(f"policy host of {step.policy_host} saw", step.saw, seen)
        case plans.Results():
            seen = _last_seen(
                lambda: world.strictmx.results(step.results), sorted(step.saw), step.within
            )
            return _differ(f"TLS results of {step.results}", sorted(step.saw), seen)
        case plans.Attack():
            world.attack(step.attack)
        case plans.Command():
            code, text = world.strictmx.command(step.command.split())
            faults = _differ("exit code", str(step.exit), str(code))
            if step.says not in text:
                faults.append(f"expected …{step.says}…, saw {text}")
            return faults
        case plans.Daemon():
            _control(step.strictmx, world)
    return []


def run(scenario, world: World) -> Result:
    """Runs every step, also after a fault: the later witnesses help to find the cause."""
    result = Result(scenario)
    if _postfix(scenario, world) is None:
        result.skipped = f"no Postfix {scenario.postfix}"
        return result
    missing = scenario.named_others() - {mta.name for mta in world.others}
    if missing or (scenario.needs_others() and not world.others):
        result.skipped = f"no {', '.join(sorted(missing)) or 'other MTA'}"
        return result
    try:
        world.recover()
        for number, step in enumerate(scenario.steps, 1):
            faults = _run_step(step, result, world)
            result.faults += [f"step {number} ({_name(step)}): {fault}" for fault in faults]
    except (waiting.Timeout, RuntimeError, OSError) as error:
        result.faults.append(str(error))
    return result


def _name(step):
    if isinstance(step, plans.Mail):
        return f"mail {step.mail}"
    return next(key for key, kind in plans.STEPS.items() if isinstance(step, kind))
