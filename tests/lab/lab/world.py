"""The whole lab, brought up and held together. Runs as process 1 of the lab's namespaces."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import certs, names, netns, sandbox, senders
from .dns import Dns
from .mxhosts import MxHosts
from .plan import Plan
from .policyhost import PolicyHost
from .postfix import Postfix
from .router import Router
from .strictmx import StrictMx


@dataclass
class World:
    plan: Plan
    box: sandbox.Sandbox
    spaces: dict
    dns: Dns
    policy_host: PolicyHost
    mx: MxHosts
    router: Router
    postfix: Postfix
    strictmx: StrictMx
    postfix310: Postfix | None = None  # where Debian 13's package could be had
    others: tuple = ()  # MTAs beside Postfix whose packages could be had

    def attack(self, attack):
        self.router.attack(attack)
        self.policy_host.hijack(attack.get("hijack"))
        self.dns.forget()

    def recover(self):
        """Peace, and strictmx running: the state in which each scenario begins."""
        self.attack({})
        if not self.strictmx.running():
            self.strictmx.start()
            self.strictmx.wait_ready()

    def parts(self):
        parts = [self.dns, self.policy_host, self.mx, self.router, self.postfix, self.strictmx]
        return [*parts, *([self.postfix310] if self.postfix310 else []), *self.others]


def _assemble(plan, box, spaces):
    """The parts and where they live; starts nothing."""
    authority = certs.Authority(box.folder("certs"))
    return World(
        plan,
        box,
        spaces,
        Dns(box, spaces, plan.domains),
        PolicyHost(box, spaces, authority, plan.domains),
        MxHosts(box, spaces, authority, plan.mx_hosts()),
        Router(box, spaces, plan),
        Postfix(box, spaces),
        StrictMx(box, spaces),
    )


def attach(plan: Plan, run_dir: Path) -> World:
    """A world that another process brought up; for the commands of the lab's shell."""
    return _assemble(plan, sandbox.Sandbox(run_dir, run_dir / "root"), netns.existing())


def _others(folders, box, spaces):
    """The MTAs of the package folders, by name. `box` is the lab's own."""
    kinds, run_dir = senders.all_kinds(), box.run_dir
    mtas = []
    for name, folder in folders.items():
        if name == "haraka":
            mtas.append(kinds[name](box, spaces, name, folder))
            continue
        root = sandbox.add_root(Path(folder), run_dir, f"root-{name}", own_run=True)
        sandbox.add_machine(root)
        for path in kinds[name].SPOOLS:
            sandbox.add_spool(root, path)
        mtas.append(kinds[name](root, spaces, name))
    if mtas:
        shutil.copytree(names.REPOSITORY / "contrib", run_dir / "contrib")
    return tuple(mtas)


def bring_up(
    plan: Plan, packages: Path, run_dir: Path, postfix310: Path | None = None, others=None
) -> World:
    """Starts every program of the lab and returns when all of them answer. `postfix310` is the
    package folder with Postfix 3.10, if there is one; `others` those of MTAs by name."""
    box = sandbox.build(packages, run_dir)
    world = _assemble(plan, box, netns.build([mx.address for mx in plan.mx_hosts()]))
    if postfix310:
        newer = sandbox.add_root(postfix310, run_dir, "root310")
        world.postfix310 = Postfix(newer, world.spaces, "postfix310", "tlsrpt")
    world.others = _others(others or {}, box, world.spaces)
    certs.create(box.folder("certs"))
    world.dns.write(world.mx.issue())
    for part in world.parts():
        part.start()
    for part in world.parts():
        part.wait_ready()
    faults = world.dns.faults()
    if faults:
        raise RuntimeError("DNSSEC: " + "; ".join(faults))
    return world
