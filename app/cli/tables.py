"""Tables on the terminal: no score without its interval, chance band and majority."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from neurokit.visits.attempts import Attempt

# of a table that goes into a file
_WIDEST = 500


def print_summary(summary: pd.DataFrame) -> None:
    """Print what `neurokit.statistics.summarise` gives, a table a study."""
    from rich.console import Console

    from neurokit.figures import scorer_name
    from neurokit.studies.report import two_digits

    console = Console()
    study = ["dataset", "evaluation", "paradigm", "scorer"]
    more = [name for name in ("subject", "session") if name in summary]
    for names, rows in summary.groupby(study, sort=False, dropna=False):
        dataset, evaluation, paradigm, scorer = names
        title = f"{dataset}, {paradigm}, {evaluation}: {scorer_name(str(scorer))}"
        console.print(title, style="bold", highlight=False)
        table = _table(*([",\n".join(more)] if more else []), "pipeline")
        numbers = ["score", "95 % range", "chance", "its band", "majority", "trials"]
        # the names need its room
        some_failed = bool(rows["failed"].any())
        for heading in [*numbers, "failed"] if some_failed else numbers:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows.to_dict("records"):
            above = row["score"] > row["chance_high"]
            table.add_row(
                *([", ".join(str(row[name]) for name in more)] if more else []),
                str(row["pipeline"]),
                f"[bold]{two_digits(row['score'])}[/bold]" if above else two_digits(row["score"]),
                f"{two_digits(row['low'])}-{two_digits(row['high'])}",
                two_digits(row["chance"]),
                f"{two_digits(row['chance_low'])}-{two_digits(row['chance_high'])}",
                two_digits(row["majority"]),
                str(row["n"]),
                *_failed(row["failed"], some_failed),
            )
        _print(console, table)
    console.print("Bold: above the band in which 95 % of guessers fall.", style="dim")


def print_cohort(condition: str, models: pd.DataFrame) -> None:
    """Print the scores of models on a cohort, each with its interval, beside the majority."""
    from rich.console import Console

    from neurokit.cohorts.report import show

    console = Console()
    fewest, most = models["n"].min(), models["n"].max()
    people = f"{most:.0f}" if fewest == most else f"{fewest:.0f} to {most:.0f}"
    console.print(f"{condition} or control, {people} people", style="bold", highlight=False)
    names = ("accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity")
    short = ("accuracy", "balanced", "AUC", "sensitivity", "specificity", "majority")
    table = _table("model")
    for heading in short:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in models.to_dict("records"):
        cells = [show(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in names]
        table.add_row(row["model"], *cells, f"{row['majority']:.2f}")
    _print(console, table)


def print_learners(learners: pd.DataFrame, kind: str) -> None:
    """Print what learners of a stream reached, each with its interval, beside chance."""
    from rich.console import Console

    from neurokit.studies.report import signed, two_digits

    console = Console()
    which = "next" if kind in ("visits", "people") else "final"
    chance = two_digits(learners["chance"].iloc[0])
    console.print(f"{kind}; chance {chance}", style="bold", highlight=False)
    table = _table("learner")
    others = ["final", "last"] if which == "next" else ["last"]
    for heading in [which, "95 % range", *others, "forgets", "memory", "CPU"]:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in learners.to_dict("records"):
        cells = [two_digits(row[which]), f"{two_digits(row['low'])}-{two_digits(row['high'])}"]
        cells += [two_digits(row[name]) for name in others] + [signed(row["forgetting"])]
        known = row["bytes"] == row["bytes"]
        cells += [f"{row['bytes'] / 1e3:.1f} kB" if known else "–", f"{row['cpu']:.1f} s"]
        table.add_row(str(row["learner"]), *cells)
    _print(console, table)


def _failed(count: int, some_failed: bool) -> tuple[str, ...]:
    """Cell of the folds that failed, where the table has a column for them."""
    if not some_failed:
        return ()
    return (f"[red]{count}[/red]" if count else "0",)


def print_comparison(comparison: pd.DataFrame) -> None:
    """Print what `neurokit.statistics.compare` gives, a table a data set."""
    from rich.console import Console

    from neurokit.studies.report import p_value, signed, two_digits

    console = Console()
    study = ["dataset", "evaluation", "paradigm", "scorer"]
    for names, rows in comparison.groupby(study, sort=False, dropna=False):
        title = f"{names[0]}, {names[2]}, {names[1]}: paired differences, permutation p"
        console.print(title, style="bold", highlight=False)
        table = _table("first − second")
        numbers = ("pairs", "diff.", "95 % interval", "effect", "p", "Holm", "Wilcoxon")
        for heading in numbers:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows.to_dict("records"):
            table.add_row(
                f"{row['first']}\n− {row['second']}",
                str(row["n"]),
                signed(row["difference"]),
                f"{signed(row['low'])}, {signed(row['high'])}",
                two_digits(row["effect"]),
                *(p_value(row[name]) for name in ("p_permutation", "p_holm", "p_wilcoxon")),
            )
        _print(console, table)
        for note in filter(None, rows["note"].unique()):
            console.print(f"{note}.", style="dim")


def print_failures(frame: pd.DataFrame) -> None:
    """Print the folds that failed, and why."""
    from rich.console import Console
    from rich.markup import escape

    from neurokit.studies.report import last_line

    failed = frame[frame["error"].notna()]
    if failed.empty:
        return
    columns = ("dataset", "subject", "session", "pipeline", "fold")
    console = Console(stderr=True)
    console.print("Failed folds", style="bold")
    table = _table(*columns, "reason")
    for row in failed.to_dict("records"):
        table.add_row(*(str(row[name]) for name in columns), escape(last_line(row["error"])))
    _print(console, table)


def attempt_line(attempt: Attempt) -> str:
    """One line on an attempt, as it ends."""
    if attempt.score is None:
        return f"{attempt.pipeline}: {attempt.problem}"
    assert attempt.low is not None
    assert attempt.high is not None
    return (
        f"{attempt.pipeline}: {attempt.score:.0%} ({attempt.low:.0%} to {attempt.high:.0%}), "
        f"{attempt.verdict}"
    )


def print_attempts(attempts: Sequence[Attempt], console: Console) -> None:
    """Print trained pipelines, the best first, and what their scores are."""
    table = _table("pipeline")
    for heading in ("score", "95 % range", "chance", "majority", "trials"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for each in sorted(attempts, key=lambda attempt: -(attempt.score or 0.0)):
        if each.score is None:
            table.add_row(each.pipeline, "", "", "", "", "", "failed")
            continue
        table.add_row(
            each.pipeline,
            f"[bold]{each.score:.0%}[/bold]" if each.is_above_chance else f"{each.score:.0%}",
            f"{each.low:.0%}-{each.high:.0%}",
            f"{each.chance_low:.0%}-{each.chance_high:.0%}",
            f"{each.majority:.0%}",
            str(each.n_trials),
            ("above chance" if each.is_above_chance else "")
            + (" *" if each.flattered is not None else ""),
        )
    console.print(table)
    console.print("Bold: above the band in which 95 % of guessers fall.", style="dim")
    for line in attempt_notes(attempts):
        console.print(line, style="dim", highlight=False)


def attempt_notes(attempts: Sequence[Attempt]) -> list[str]:
    """What must be said of attempts beside their numbers."""
    from neurokit.visits.attempts import SELECTIONS

    notes = []
    for each in attempts:
        if each.flattered is not None:
            notes.append(
                f"* {SELECTIONS[each.selection]} With your picks kept the same trials would have "
                f"said {each.flattered:.0%}."
            )
        elif each.selection == "before":
            notes.append(SELECTIONS[each.selection])
        if each.problem:
            notes.append(f"{each.pipeline}: {each.problem}")
    if sum(each.score is not None for each in attempts) > 1:
        notes.append(
            "The best of several is partly lucky: expect less of it online, and test it on a new "
            "run."
        )
    return notes


def _print(console: Console, table: Table) -> None:
    """Print a table; where it is too wide, a file gets it whole and a terminal closer set."""
    from rich.measure import Measurement

    wide = console.options.update(max_width=_WIDEST)
    width = Measurement.get(console, wide, table).maximum
    if width > console.width:
        if console.is_terminal:
            table.padding = (0, 0)
        else:
            console.width = width
    console.print(table)


def _table(*words: str) -> Table:
    """Table as wide as its words, that fits a terminal of 80 letters."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for word in words:
        table.add_column(word, overflow="fold")
    return table


def as_json(table: pd.DataFrame) -> str:
    """Rows as JSON, what is not known as null."""
    import json

    return json.dumps(json.loads(table.to_json(orient="records", double_precision=15)), indent=2)
