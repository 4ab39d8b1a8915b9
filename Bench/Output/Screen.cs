using Spectre.Console;

namespace Native.Bench;

/// <summary>What the program says to people: tables and progress on standard output, errors on standard error.</summary>
internal static class Screen
{
    // A file or a pipe has no width of its own and Spectre assumes 80 columns, which breaks the rows of wide tables.
    private const int RedirectedWidth = 260;

    /// <summary>The console on standard error.</summary>
    public static IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Gives redirected output lines wide enough for the widest table. Call once, before anything is written.</summary>
    public static void Initialize()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        if (Console.IsErrorRedirected)
        {
            Error.Profile.Width = RedirectedWidth;
        }
    }

    /// <summary>Writes a line of plain text: markup characters in it are shown as they are.</summary>
    public static void WriteLine(string text = "") => AnsiConsole.WriteLine(text);

    /// <summary>Writes a heading.</summary>
    public static void Heading(string text)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule(Markup.Escape(text)) { Justification = Justify.Left });
    }

    /// <summary>Writes one error line to standard error.</summary>
    public static void WriteError(string message) => Error.MarkupLineInterpolated($"[red]error:[/] {message}");

    /// <summary>A table in the one style of the program: numbers to the right.</summary>
    /// <param name="columns">Column titles; a leading <c>&gt;</c> aligns the column to the right.</param>
    public static Table CreateTable(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            var right = column.StartsWith('>');
            var tableColumn = new TableColumn(Markup.Escape(right ? column[1..] : column)) { NoWrap = true };
            table.AddColumn(right ? tableColumn.RightAligned() : tableColumn);
        }

        return table;
    }

    /// <summary>Adds a row of plain texts to a table.</summary>
    public static void AddTextRow(this Table table, params ReadOnlySpan<string> cells)
    {
        var texts = new Text[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            texts[i] = new Text(cells[i]);
        }

        table.AddRow(texts);
    }

    /// <summary>Writes a table to standard output.</summary>
    public static void Write(Table table) => AnsiConsole.Write(table);

    /// <summary>Runs work under progress bars.</summary>
    /// <param name="work">The work; it moves the bars.</param>
    /// <param name="refresh">False: the bars are drawn only when the work asks for it, so that drawing disturbs no measurement.</param>
    public static void Progress(Action<ProgressContext> work, bool refresh = true) =>
        AnsiConsole.Progress()
            .AutoClear(false)
            .AutoRefresh(refresh)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(work);
}
