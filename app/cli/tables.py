"""Tables on the terminal: no score without its interval, chance band and majority."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table


def print_summary(summary: pd.DataFrame) -> None:
    """Print what `neurokit.statistics.summarise` gives, a table a study."""
    from rich.console import Console

    from neurokit.figures import scorer_name
    from neurokit.report import two_digits

    console = Console()
    study = ["dataset", "evaluation", "paradigm", "scorer"]
    more = [name for name in ("subject", "session") if name in summary]
    for names, rows in summary.groupby(study, sort=False, dropna=False):
        dataset, evaluation, paradigm, scorer = names
        title = f"{dataset}, {paradigm}, {evaluation}: {scorer_name(str(scorer))}"
        console.print(title, style="bold", highlight=False)
        table = _table(*more, "pipeline")
        numbers = ("score", "95 % range", "chance", "its band", "majority", "trials", "failed")
        for heading in numbers:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows.to_dict("records"):
            above = row["score"] > row["chance_high"]
            table.add_row(
                *(str(row[name]) for name in more),
                str(row["pipeline"]),
                f"[bold]{two_digits(row['score'])}[/bold]" if above else two_digits(row["score"]),
                f"{two_digits(row['low'])}-{two_digits(row['high'])}",
                two_digits(row["chance"]),
                f"{two_digits(row['chance_low'])}-{two_digits(row['chance_high'])}",
                two_digits(row["majority"]),
                str(row["n"]),
                f"[red]{row['failed']}[/red]" if row["failed"] else "0",
            )
        console.print(table)
    console.print("Bold: above the band in which 95 % of guessers fall.", style="dim")


def print_comparison(comparison: pd.DataFrame) -> None:
    """Print what `neurokit.statistics.compare` gives, a table a data set."""
    from rich.console import Console

    from neurokit.report import p_value, signed, two_digits

    console = Console()
    study = ["dataset", "evaluation", "paradigm", "scorer"]
    for names, rows in comparison.groupby(study, sort=False, dropna=False):
        title = f"{names[0]}, {names[2]}, {names[1]}: paired differences, permutation p"
        console.print(title, style="bold", highlight=False)
        table = _table("first", "second")
        numbers = ("pairs", "diff.", "95 % interval", "effect", "p", "Holm", "Wilcoxon")
        for heading in numbers:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows.to_dict("records"):
            table.add_row(
                row["first"],
                row["second"],
                str(row["n"]),
                signed(row["difference"]),
                f"{signed(row['low'])}, {signed(row['high'])}",
                two_digits(row["effect"]),
                *(p_value(row[name]) for name in ("p_permutation", "p_holm", "p_wilcoxon")),
            )
        console.print(table)
        for note in filter(None, rows["note"].unique()):
            console.print(f"{note}.", style="dim")


def print_failures(frame: pd.DataFrame) -> None:
    """Print the folds that failed, and why."""
    from rich.console import Console
    from rich.markup import escape

    from neurokit.report import last_line

    failed = frame[frame["error"].notna()]
    if failed.empty:
        return
    columns = ("dataset", "subject", "session", "pipeline", "fold")
    console = Console(stderr=True)
    console.print("Failed folds", style="bold")
    table = _table(*columns, "reason")
    for row in failed.to_dict("records"):
        table.add_row(*(str(row[name]) for name in columns), escape(last_line(row["error"])))
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
