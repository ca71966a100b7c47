package io.halflight.app;

import picocli.CommandLine.Option;

/** Where a model works. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "cpu, cuda or cuda:1; a GPU where there is one if left out.")
    String name = "";
}
