using Deployer.Engine;
using Spectre.Console;

namespace Deployer.Cli;

/// <summary>A line a step that keeps itself up to date, for a terminal: what it does, what it waits for, how long, how many bytes.</summary>
public sealed class LiveReporter : IReporter
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly List<Line> lines = [];
    private readonly TimeProvider time;
    private readonly IAnsiConsole console;
#pragma warning disable CA2213 // Disposing it twice over would race with the last frame; it holds nothing.
    private readonly CancellationTokenSource finished = new();
#pragma warning restore CA2213
    private readonly Task drawing;

    public LiveReporter(TextWriter error, TimeProvider time)
    {
        this.time = time;
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes });
        drawing = DrawAsync();
    }

    public void Tell(RunEvent happening)
    {
        lock (gate)
        {
            switch (happening)
            {
                case RunEvent.StepStarted e:
                    lines.Add(new Line(e.Step, time.GetTimestamp()));
                    break;
                case RunEvent.StepDecided e:
                    Of(e.Step).Text = Words.Deciding(e);
                    break;
                case RunEvent.StepWaiting e:
                    Of(e.Step).Text = $"waiting for {e.WaitingFor}";
                    break;
                case RunEvent.StepProgressed e:
                    Of(e.Step).Amount = e.Amount;
                    break;
                case RunEvent.StepFinished e:
                    Of(e.Step).End("[green]✓[/]", Words.Done(e));
                    break;
                case RunEvent.StepFailed e:
                    Of(e.Step).End(e.Code == FailureCode.Deadline ? "[yellow]…[/]" : "[red]✗[/]", e.Code == FailureCode.Deadline ? "still running" : "failed");
                    break;
                case RunEvent.StepUndone e:
                    lines.Add(new Line(e.Step, time.GetTimestamp()));
                    lines[^1].End("[yellow]↩[/]", "put back");
                    break;
                case RunEvent.Note e:
                    lines.Add(new Line("note", time.GetTimestamp()));
                    lines[^1].End("[blue]i[/]", e.Message);
                    break;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (drawing.IsCompleted) return;
        await finished.CancelAsync().ConfigureAwait(false);
        await drawing.ConfigureAwait(false);
    }

    private Task DrawAsync() => console.Live(new Text("")).StartAsync(async context =>
    {
        while (!finished.IsCancellationRequested)
        {
            context.UpdateTarget(Draw());
            await Task.Delay(Frame, time, finished.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        context.UpdateTarget(Draw());
    });

    private Grid Draw()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().NoWrap()).AddColumn();
        int frame = (int)(time.GetTimestamp() / (time.TimestampFrequency / 10));
        IReadOnlyList<string> spinner = Spinner.Known.Dots.Frames;
        lock (gate)
        {
            foreach (Line line in lines)
            {
                string mark = line.Mark ?? $"[blue]{spinner[frame % spinner.Count]}[/]";
                string elapsed = line.Mark is null ? $" [grey]{Words.Span(time.GetElapsedTime(line.Since))}[/]" : "";
                grid.AddRow(new Markup(mark), new Markup(Markup.Escape(line.Step)), new Markup(Markup.Escape(line.Text) + Bar(line) + elapsed));
            }
        }
        return grid;
    }

    private static string Bar(Line line)
    {
        const int width = 24;
        if (line.Mark is not null || line.Amount is not { Total: > 0 } amount) return "";
        int full = (int)(Math.Min(amount.Done, amount.Total) * width / amount.Total);
        return $" [blue]{new string('━', full)}[/][grey]{new string('━', width - full)}[/] {Words.Bytes(amount.Done)} of {Words.Bytes(amount.Total)}";
    }

    private Line Of(string step) => lines.Last(l => l.Step == step);

    private sealed class Line(string step, long since)
    {
        public string Step => step;
        public long Since => since;
        public string Text { get; set; } = "";
        public string? Mark { get; private set; }
        public Amount? Amount { get; set; }

        public void End(string mark, string text) => (Mark, Text) = (mark, text);
    }
}
