package io.halflight.app;

import picocli.CommandLine.Option;

/** Which of a run's networks looks at pictures whose classes do not matter. */
final class StageOption {
    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "The stage of a run whose encoder is meant; that of the delivered model if left out, or the"
                    + " last one of a run that only pretrains.")
    String name = "";
}
