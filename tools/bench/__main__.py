"""`make bench`: run the measurements, save each figure at once, and write docs/performance.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from click.core import ParameterSource

from tools.bench import machine, processes, report, service
from tools.bench.commands import PEERS, RECOVERY, SERVICES, of_service
from tools.bench.measuring import measure_copies, measure_policy, measure_previews, measure_recovery
from tools.bench.plan import LONG, Cell, cells
from tools.bench.results import Measurement, Results
from tools.bench.simulation import simulate
from tools.console import run, step
from tools.paths import ROOT, STATE

RECOVERIES = {f"recovery-{key}": key for key in RECOVERY}
PARTS = (*PEERS, *LONG, "previews", "policy", *RECOVERIES, "simulation")
GROUPS = {
    **{service: of_service(service) for service in SERVICES},
    "long": [*LONG],
    "recovery": [*RECOVERIES],
}


def numbers(context: click.Context, option: click.Parameter, text: str) -> list[int]:
    """Return the numbers of a list such as `1,10`."""
    try:
        return sorted({int(word) for word in text.split(",")})
    except ValueError:
        raise click.BadParameter("write whole numbers with commas between them") from None


def parts(context: click.Context, option: click.Parameter, text: str) -> list[str]:
    """Return the parts of a list such as `ours,threaded`; `ec2` stands for all parts of that service."""
    wanted = [part for word in text.split(",") for part in GROUPS.get(word, [word])]
    if unknown := set(wanted) - set(PARTS):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join([*GROUPS, *PARTS])}")
    return [name for name in PARTS if name in wanted]


@click.command(context_settings={"show_default": True, "max_content_width": 110})
@click.option("--copies", callback=numbers, default="1,10,40,100", help="How many copies a run makes.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), default=20.0, help="What a copy takes."
)
@click.option("--repeat", type=click.IntRange(min=1), default=3, help="Runs of each; long ones run once.")
@click.option("--only", callback=parts, default=",".join(PARTS), help="What to measure.")
@click.option("--resume", is_flag=True, help="Go on where an earlier bench ended, or add parts to it.")
@click.option("--report-only", is_flag=True, help="Write the report of what there is, measure nothing.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write everything into this folder, and leave docs/performance.md alone.",
)
def bench(
    copies: list[int],
    seconds: float,
    repeat: int,
    only: list[str],
    resume: bool,
    report_only: bool,
    into: Path | None,
) -> None:
    """Measure this provider beside its peers, on an emulator."""
    path = (into or STATE / "bench") / "results.jsonl"
    if not resume and not report_only:
        path.unlink(missing_ok=True)
    results = Results(path)
    if not report_only and results.seconds() not in (None, seconds):
        raise click.UsageError(f"the bench to go on with has copies of {results.seconds():g} seconds")
    if not report_only:
        measure(results, cells(copies, seconds, repeat, only))
    for written in report.write(results, into or ROOT / "docs"):
        step("bench", f"wrote {written.relative_to(ROOT) if written.is_relative_to(ROOT) else written}")


def command_line() -> str:
    """Return the command line of this run, for the report, without where it writes."""
    context = click.get_current_context()
    words = []
    for name in ("copies", "seconds", "repeat", "only"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = context.params[name]
            words.append(f"--{name} {','.join(map(str, value)) if isinstance(value, list) else f'{value:g}'}")
    return f"make bench BENCH_ARGS='{' '.join(words)}'" if words else "make bench"


def measure(results: Results, planned: list[Cell]) -> None:
    """Run the planned measurements that the results don't have yet."""
    missing = [cell for cell in planned if not cell.is_in(results)]
    if not missing:
        step("bench", "all of it is measured already")
        return
    minutes = sum(cell.forecast for cell in missing) / 60
    step(
        "bench", f"{len(missing)} cells, about {minutes:.0f} minutes; the figures go into {results.path.name}"
    )
    results.add_machine({**machine.describe(), "Command": f"`{command_line()}`"})
    with service.running() as running:
        for number, cell in enumerate(missing, 1):
            if cell.part == "simulation":
                figures = simulate(copies=cell.copies)
                results.add_simulation(asdict(figures))
                step(
                    "bench", f"{number}/{len(missing)}  simulated {cell.copies} copies, {figures.calls} calls"
                )
                continue
            for measurement in measured(running, cell):
                results.add(measurement)
                step("bench", f"{number}/{len(missing)}  {described(measurement)}")


def measured(running: service.Service, cell: Cell) -> Iterable[Measurement]:
    """Return the measurements of one cell."""
    if cell.part == "previews":
        return measure_previews(running, cell.repeat)
    if cell.part == "policy":
        return measure_policy(running, cell.repeat)
    if cell.part in LONG:
        return [measure_copies(running, LONG[cell.part], cell.copies, cell.seconds, kind="long")]
    if cell.part in RECOVERIES:
        return [measure_recovery(running, RECOVERIES[cell.part], cell.seconds, cell.copies)]
    return [measure_copies(running, cell.part, cell.copies, cell.seconds)]


def described(measurement: Measurement) -> str:
    """Return a line of text about one measurement."""
    what = f"{measurement.kind:8} {measurement.peer:10} N={measurement.copies:<4}"
    if measurement.failure:
        return f"{what} failed: {measurement.failure}"
    return what + "".join(
        f" {verb} {each.wall:.1f} s, {each.total} calls, {each.cpu:.1f} CPU s, {each.memory / 2**20:.0f} MiB;"
        for verb, each in measurement.steps.items()
    )


def main() -> int:
    """Run the command and return its exit code; SIGTERM is treated like Ctrl-C."""
    processes.end_on_signals()
    try:
        bench.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
