"""``neurokit decode``: a saved model on a live source, or on a recording."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from neurokit.live.broadcast import Sink
    from neurokit.live.online import Decoder, OnlineSettings, Output

POLL_SECONDS = 0.005


def decode(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Saved by neurokit train.")],
    source: Annotated[
        str, typer.Option(metavar="ADDRESS", help="lsl:NAME, replay:FILE, simulated:...")
    ] = "",
    recording: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A recording instead, with its cues.")
    ] = None,
    classes: Annotated[
        str, typer.Option(help="What a recording's cues mean: 769=left_hand,770=right_hand.")
    ] = "",
    seconds: Annotated[float, typer.Option(help="End a live source then; 0 is Ctrl+C.")] = 0.0,
    hop: Annotated[float, typer.Option(help="Seconds between decisions.")] = 0.1,
    smoothing: Annotated[float, typer.Option(help="Share of the last output kept.")] = 0.8,
    threshold: Annotated[float, typer.Option(help="Least probability of a decision.")] = 0.55,
    recentre: Annotated[bool, typer.Option(help="Follow the mean of this visit.")] = False,
    learn: Annotated[str, typer.Option(help="none, supervised or unsupervised.")] = "none",
    lsl: Annotated[str, typer.Option(metavar="NAME", help="Send outputs as an LSL stream.")] = "",
    osc: Annotated[str, typer.Option(metavar="HOST:PORT", help="Send outputs by OSC.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON an output.")] = False,
) -> None:
    """Decode a live source or a recording; of a decoded one, say whether it comes again.

    Example: neurokit decode model.skops --source lsl:actiCHamp --osc 127.0.0.1:9000
    """
    from pydantic import ValidationError

    from neurokit.app.cli.train_options import class_names
    from neurokit.live.online import OnlineSettings

    if bool(source) == (recording is not None):
        raise ValueError("say what to decode: either --source ADDRESS or --recording FILE")
    try:
        settings = OnlineSettings.model_validate(
            {
                "hop": hop, "smoothing": smoothing, "threshold": threshold,
                "recentring": recentre, "learning": learn, "run": "free" if source else "cued",
            }
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"--{first['loc'][0]}: {first['msg']}, got {first['input']!r}") from None
    show = _print_json if as_json else _print_line
    if recording is not None:
        names = class_names(classes) if classes else {}
        _decode_recording(model, recording, settings, names, show, lsl, osc, as_json)
    else:
        _decode_source(model, source, settings, show, lsl, osc, seconds)


def _decode_recording(
    model: Path,
    recording: Path,
    settings: OnlineSettings,
    names: dict[str, str],
    show: Callable[[Output, Decoder], None],
    lsl: str,
    osc: str,
    as_json: bool,
) -> None:
    from neurokit.live.broadcast import make_sinks
    from neurokit.live.online_score import score
    from neurokit.live.outputs import check_replay, outputs_path, replay

    decoder, outputs = replay(recording, model, settings, names=names)
    sinks = make_sinks(decoder.classes, lsl=lsl, osc=osc)
    for output in outputs:
        if as_json:
            show(output, decoder)
        _send(output, sinks)
    for sink in sinks:
        sink.close()
    result = score(decoder.trials, len(decoder.classes))
    is_known = _learned_from(model, recording)
    if as_json:
        typer.echo(json.dumps({"score": vars(result), "learned_from_this": is_known}))
        return
    typer.echo(f"{len(outputs)} outputs by {model.name} ({decoder.fingerprint[:12]})")
    if decoder.trials:
        typer.echo(result.in_words())
    if decoder.trials and is_known:
        typer.echo(
            f"This model learned from a run called {recording.stem}: if it is this one, the score "
            "flatters; decode a run that it has not seen."
        )
    for step in decoder.adaptation.log:
        typer.echo(f"step {step.number}: {step.kind}, {step.text}")
    if outputs_path(recording).exists():
        typer.echo(check_replay(recording))


def _learned_from(model: Path, recording: Path) -> bool:
    """Whether a model learned from a run of this name."""
    from neurokit.models import describe

    attempt = describe(model)["metadata"].get("attempt") or {}
    return recording.stem in attempt.get("runs", ())


def _decode_source(
    model: Path,
    address: str,
    settings: OnlineSettings,
    show: Callable[[Output, Decoder], None],
    lsl: str,
    osc: str,
    seconds: float,
) -> None:
    import contextlib
    import time

    from neurokit.live.broadcast import make_sinks
    from neurokit.live.online import Decoder
    from neurokit.live.streams import SourceEnded, open_source

    source = open_source(address)
    info = source.open()
    decoder = Decoder(model, settings, channels=info.channels, sfreq=info.sfreq)
    sinks = make_sinks(decoder.classes, lsl=lsl, osc=osc)
    ends = time.monotonic() + seconds if seconds else float("inf")
    # of the sender's clock; over a run it hardly drifts
    offset = source.clock_offset() or 0.0
    with contextlib.suppress(KeyboardInterrupt, SourceEnded):
        while time.monotonic() < ends:
            samples = source.read()
            for output in decoder.process(samples.values, samples.stamps + offset):
                show(output, decoder)
                _send(output, sinks)
            time.sleep(POLL_SECONDS)
    source.close()
    for sink in sinks:
        sink.close()


def _send(output: Output, sinks: list[Sink]) -> None:
    for sink in sinks:
        sink.send(output)


def _print_line(output: Output, decoder: Decoder) -> None:
    shares = "  ".join(
        f"{name} {share:.2f}" for name, share in zip(decoder.classes, output.feedback, strict=True)
    )
    typer.echo(f"{output.stamp:12.3f}  {shares}  {output.label or output.reason}")


def _print_json(output: Output, decoder: Decoder) -> None:
    typer.echo(json.dumps({**vars(output), "classes": decoder.classes}))
