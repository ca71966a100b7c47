package io.halflight.app;

import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    boolean help;

    /** Looked for among the arguments by {@link Main}, so that it also serves failures outside any command. */
    @Option(names = "--debug", description = "Shows the stack trace of a failure.")
    boolean debug;
}
