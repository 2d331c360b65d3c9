"""The report's prose: how to read the figures, and what they leave out."""

INTRODUCTION = """\
Written by `make bench`; [tools/bench](../tools/bench) measures, and the programs of all peers are in
[tools/bench/peers](../tools/bench/peers). All of them work on the same emulator, in a process of its own, which each finds fresh."""

READING = """\
The median of the runs, and in brackets the least and the most. *Wall* is from the command's start to its end; *copy* is what the
service takes for one. *Calls* are all that arrived at the service; *reads while waiting* are the reads between the first request for
a copy and the end of the last copy, also those that look for sources. *Peak memory* is the sum over all processes of the
command (shared pages in proportion), looked at every 0.2 s; *CPU* is that of all its processes, on all cores. The *second run* is the
same command again, with everything there; the *preview* is `pulumi preview` or `terraform plan` after that.
Every peer that polls does so every 5 seconds, as such programs commonly do. Pulumi programs run with `--parallel=128`,
Terraform with `-parallelism` of the number of copies, `boto3, a thread a copy` with as many threads. What is forecast to take more
than a minute runs once, what would take more than twelve minutes isn't run. On OUTSCALE's OAPI the SDK's limit of five calls a second
is raised to a thousand, for both, since at the start of 100 copies it would be all that is measured."""

PREVIEWS = """\
Ours beside what the engine takes for as many resources of which none does anything, and beside the stock provider. That one's class stands
in the program, as such classes do; the SDK then nests its serializer by one call more with each resource
([serialize_provider](https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/lib/pulumi/dynamic/dynamic.py)), and ends in a
RecursionError after some three hundred. Ours is serialized by its name."""

DAY = """\
Each source has 17 copies in the target region, one a day. A day later each has one more automatic snapshot: it is copied, and the oldest
copy is deleted. Ours is one `pulumi up` of the stack, in which 16 copies a source stay as they are; the script is a loop over the sources,
[recovery.sh](../tools/bench/peers/recovery.sh), and knows its copies by their names alone."""

SIMULATION = """\
The provider's own watcher, without Pulumi and without threads: its clock and the service are replaced, all copies start at the same time,
a list costs a call for every hundred snapshots. A copy takes a quarter of a minute a GiB, give or take a fifth; sizes are from 20 to 640 GiB."""

UNFAIR = """\
## What is unfair, or not measured

- The emulator has a process of its own, counted in no figure, but it works on the same cores: where a peer makes many calls at once, its
  wall time holds some of the emulator's work.
- 20 seconds a copy are short: a real one takes from minutes to over two hours. What doesn't depend on a copy's length (starting
  Pulumi, an AWS CLI's start) weighs more here than it would; polling every 5 seconds makes far more calls there. So the bounds are
  also measured with 100 copies of two minutes.
- Twenty is a multiple of five: who polls every 5 seconds sees the end almost at once. At other lengths it would be up to 5 seconds late.
- The scripts keep no state, have no preview and derive no names; nothing is retried after a failure. Their figures are what the
  copies cost without any of that. In the second run they ask for each copy whether it is there.
- A second run and a preview of Terraform look at its state only: `terraform_data` doesn't know of the copy. So does the stock provider.
- The stock provider makes four copies at a time whatever `--parallel` says, since the SDK's host has four threads.
- Throttling isn't emulated: the real service may refuse the calls of many that poll at the same time.
- Memory between two looks, and CPU of processes that come and go between two looks and that nobody waits for, are missing."""
