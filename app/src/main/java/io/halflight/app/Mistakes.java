package io.halflight.app;

import io.halflight.Nearest;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says on one line what is wrong with the arguments. */
final class Mistakes {
    private Mistakes() {}

    /** Prints the line and returns the exit code. */
    static int report(ParameterException failure, PrintStream err) {
        String help = failure.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        err.println("halflight: " + what(failure) + "; '" + help + "' says what there is");
        return Failures.USAGE;
    }

    private static String what(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            boolean top = failure.getCommandLine().getParent() == null;
            String kind =
                    unmatched.isUnknownOption() ? "unknown option" : top ? "unknown command" : "unexpected argument";
            return kind + " '" + word + "'" + hint(word, unmatched);
        }
        return String.valueOf(failure.getMessage()).lines().collect(Collectors.joining(" "));
    }

    /** By letters, over what this command knows; picocli's own suggestions miss most misspelt options. */
    private static String hint(String word, UnmatchedArgumentException unmatched) {
        CommandLine command = unmatched.getCommandLine();
        String hint = unmatched.isUnknownOption()
                ? Nearest.hint(word, command.getCommandSpec().optionsMap().keySet())
                : Nearest.hint(word, command.getSubcommands().keySet());
        List<String> suggestions = unmatched.getSuggestions();
        return hint.isEmpty() && !suggestions.isEmpty() ? ", did you mean " + suggestions.get(0) : hint;
    }
}
