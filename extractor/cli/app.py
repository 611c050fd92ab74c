"""The commands and what they are called."""

import typer

from extractor.cli import (
    batch,
    compare,
    doctor,
    evaluate,
    export,
    golden,
    import_,
    prompts,
    report,
    run,
    serve,
    show,
)

app = typer.Typer(
    name="extractor",
    help="Who claims what, according to whom: segments, claims and attribution chains from news text.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes as long to import as all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(show.show)
app.command()(run.run)
app.command()(compare.compare)
app.command()(doctor.doctor)
app.command()(report.report)
app.command()(export.export)
app.command("import")(import_.import_)
app.command("eval")(evaluate.evaluate)
app.command()(serve.serve)
app.add_typer(serve.keys, name="keys")
app.add_typer(golden.app, name="golden")
app.add_typer(batch.app, name="batch")
app.add_typer(prompts.app, name="prompts")
