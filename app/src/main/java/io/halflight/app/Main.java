package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The {@code halflight} command. Exit codes: 0 done, 1 the run failed, 2 the request was wrong, 130 stopped by Ctrl-C.
 */
@Command(
        name = "halflight",
        description = "Learns image classifiers from few labels and many unlabelled pictures.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "'halflight COMMAND --help' says more on a command; a good start is 'halflight demo'."})
public final class Main implements Callable<Integer> {
    private static final int NARROWEST_HELP = 55;
    private static final int WIDEST_HELP = 100;

    private final Console console;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-V", "--version"},
            description = "Prints the version.")
    boolean version;

    private Main(Console console) {
        this.console = console;
    }

    /** Runs the command and ends the process. */
    public static void main(String[] args) {
        int code = execute(args, System.out, System.err, Terminal.detect());
        System.out.flush();
        System.exit(code);
    }

    /** Runs the command in this process and returns its exit code. */
    static int execute(String[] args, PrintStream out, PrintStream err, Terminal terminal) {
        List<String> arguments = List.of(args);
        boolean debug = arguments.contains("--debug");
        try {
            return commandLine(new Console(out, err, terminal, arguments))
                    .setExecutionExceptionHandler((failure, command, parsed) -> Failures.report(failure, debug, err))
                    .execute(args);
        } catch (Error failure) { // picocli lets these pass
            return Failures.report(failure, debug, err);
        }
    }

    private static CommandLine commandLine(Console console) {
        CommandLine recipes =
                new CommandLine(new RecipesCommand(console)).addSubcommand(new RecipesCommand.Show(console));
        CommandLine commands = new CommandLine(new Main(console))
                .addSubcommand(new DemoCommand(console))
                .addSubcommand(new DoctorCommand(console))
                .addSubcommand(new RunCommand(console))
                .addSubcommand(new CurveCommand(console))
                .addSubcommand(new LabelsCommand(console))
                .addSubcommand(new PredictCommand(console))
                .addSubcommand(new EmbedCommand(console))
                .addSubcommand(new NeighboursCommand(console))
                .addSubcommand(new DuplicatesCommand(console))
                .addSubcommand(new OutliersCommand(console))
                .addSubcommand(new EvaluateCommand(console))
                .addSubcommand(new CompareCommand(console))
                .addSubcommand(new ExportCommand(console))
                .addSubcommand(new ServeCommand(console))
                .addSubcommand(recipes)
                .addSubcommand(new VerifyCommand(console))
                .addSubcommand(new ReportCommand(console));
        commands.getCommandSpec().usageMessage().sortOptions(false);
        commands.getSubcommands()
                .values()
                .forEach(c -> c.getCommandSpec().usageMessage().sortOptions(false));
        Terminal terminal = console.terminal();
        return commands.setOut(new PrintWriter(console.out(), true, UTF_8))
                .setErr(new PrintWriter(console.err(), true, UTF_8))
                .setColorScheme(Help.defaultColorScheme(terminal.colour() ? Help.Ansi.ON : Help.Ansi.OFF))
                .setUsageHelpWidth(Math.min(WIDEST_HELP, Math.max(NARROWEST_HELP, terminal.width())))
                .setParameterExceptionHandler((failure, args) -> Mistakes.report(failure, console.err()));
    }

    @Override
    public Integer call() {
        if (version) {
            console.out().println("Halflight " + version() + ", Java " + System.getProperty("java.version"));
            return Failures.OK;
        }
        commandLine(console).usage(console.err());
        return Failures.USAGE;
    }

    static String version() {
        Properties properties = new Properties();
        try (InputStream in =
                Main.class.getResourceAsStream("/META-INF/maven/io.halflight/halflight-app/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "of this working tree");
    }
}
