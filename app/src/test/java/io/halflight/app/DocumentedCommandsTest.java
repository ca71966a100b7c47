package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halflight.app.serve.Access;
import io.halflight.app.serve.Server;
import io.halflight.app.serve.ServerLimits;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.bundle.Classifier;
import io.halflight.nn.StateDict;
import io.halflight.recipe.RecipeReader;
import io.halflight.torch.Safetensors;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the documentation is executed: on small pictures, with small networks, for one short epoch, and else as it stands. Left out are
 * {@code bench}, which is a module of its own, and {@code serve}, which does not end and has its own tests.
 */
class DocumentedCommandsTest {
    private static final Set<String> FOLDERS = Set.of("photos", "new-photos", "checked", "DIR");
    private static final String FILE = "[\\w.-]+\\.(csv|npy|parquet|jpg|html|onnx|pt|pth|safetensors|yaml)";

    /** Placed before a command's own settings, which win over them. */
    private static final String SMALL = "--set=stages.*.backbone.width=0.125";

    /** Placed behind them. */
    private static final List<String> SHORT = List.of(
            "--set=threads=1",
            "--set=precision=fp32",
            "--set=data.size=16",
            "--set=data.validation=1",
            "--set=stages.*.epochs=1",
            "--set=stages.*.batch=16",
            "--set=stages.*.pictures_per_epoch=16",
            "--set=stages.*.evaluations=1");

    /** Enough for the run that others build on to tell red from green from blue. */
    private static final List<String> LONGER = List.of(
            "--set=stages.supervised.epochs=30", "--set=stages.finetune.epochs=30", "--set=stages.distill.epochs=30");

    /** Names of commands in running text. */
    private static final Set<String> MENTIONS = Set.of("./halflight doctor", "./halflight curve");

    private static final Map<String, Color> COLOURS = Map.of("cat", Color.RED, "dog", Color.GREEN, "owl", Color.BLUE);

    @TempDir
    private static Path folder;

    private static int outputs;

    @BeforeAll
    static void prepare() throws IOException {
        for (String place :
                List.of("photos/cat", "photos/dog", "photos/owl", "checked/cat", "checked/owl", "new-photos")) {
            Files.createDirectories(folder.resolve(place));
            int count = place.startsWith("photos") ? 20 : 4;
            for (int i = 0; i < count; i++) {
                String name = place.substring(place.indexOf('/') + 1);
                draw(folder.resolve(place).resolve(i + ".png"), name, place.hashCode() + i);
            }
        }
        Files.createSymbolicLink(folder.resolve("DIR"), folder.resolve("photos"));
        draw(folder.resolve("cat.jpg"), "cat", 1);
        draw(folder.resolve("dog.jpg"), "dog", 2);
        StringBuilder labels = new StringBuilder("path,label\n");
        for (String name : List.of("cat", "dog", "owl")) {
            for (int i = 0; i < 6; i++) {
                labels.append("%s/%d.png,%s%n".formatted(name, i, name));
            }
        }
        Files.writeString(folder.resolve("labels.csv"), labels);
        Files.writeString(
                folder.resolve("mine.yaml"),
                Documented.block("docs/own-pictures.md", "yaml").replace("folder:photos", "folder:" + in("photos")));
        try (Stream<Path> recipes = Files.list(Documented.home().resolve("docs/recipes"))) {
            for (Path recipe : recipes.toList()) {
                Files.copy(recipe, folder.resolve(recipe.getFileName()));
            }
        }
        try (PointerScope scope = new PointerScope()) {
            var resnet = Backbones.create(new BackboneSpec("resnet50", 1, 0, "imagenet", "torchvision", 16, 3));
            Safetensors.write(folder.resolve("resnet50.safetensors"), StateDict.of(resnet), Map.of());
        }
        execute("./halflight run simclrv2 --data folder:photos --labels 10 --out runs/photos");
        execute("./halflight run simclrv2 --data fashion-mnist --labels 10 --out runs/simclrv2");
        execute("./halflight run fixmatch --data fashion-mnist --labels 10 --out runs/fixmatch");
        execute("./halflight labels runs/photos --above 0.1 --out sure.csv");
    }

    private static void draw(Path file, String label, long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(COLOURS.getOrDefault(label, Color.GRAY));
        graphics.fillRect(0, 0, 16, 16);
        for (int i = 0; i < 4; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillRect(random.nextInt(16), random.nextInt(16), 3, 3);
        }
        graphics.dispose();
        String name = file.toString();
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }

    @Test
    void thereAreCommands() throws IOException {
        assertThat(Documented.commands("./halflight ")).hasSizeGreaterThan(100);
    }

    @TestFactory
    Stream<DynamicTest> everyCommandDoesWhatItSays() throws IOException {
        return Documented.commands("./halflight ").keySet().stream()
                .filter(line -> !line.startsWith("./halflight bench") && !line.startsWith("./halflight serve"))
                .filter(line -> !MENTIONS.contains(line))
                .map(line -> DynamicTest.dynamicTest(line, () -> execute(line)));
    }

    @TestFactory
    Stream<DynamicTest> everyRequestIsAnswered() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
        return Documented.commands("curl ").keySet().stream()
                .map(line -> DynamicTest.dynamicTest(line, () -> {
                    try (Classifier model = Classifier.load(Path.of(in("runs/photos/model")));
                            Server server = Server.start(
                                    model,
                                    new InetSocketAddress("127.0.0.1", 0),
                                    new ServerLimits(16, 50, 64, 128, 2),
                                    new Access(List.of(), null),
                                    "1",
                                    fault -> {})) {
                        Process curl = new ProcessBuilder(
                                        "bash",
                                        "-c",
                                        line.replace("localhost:8080", "localhost:" + server.port()) + " -sS --fail")
                                .directory(folder.toFile())
                                .redirectErrorStream(true)
                                .start();
                        String answer = new String(curl.getInputStream().readAllBytes(), UTF_8);
                        assertThat(curl.waitFor()).as(answer).isZero();
                        assertThat(answer).contains("\"results\"", "\"label\"").doesNotContain("\"error\"");
                    }
                }));
    }

    private static void execute(String line) {
        List<String> arguments = arguments(line);
        Captured said = Captured.of(arguments.toArray(String[]::new));
        assertThat(said.code())
                .as("%s%n%s%n%s", arguments, said.out(), said.err())
                .isZero();
    }

    private static List<String> arguments(String line) {
        List<String> words = Documented.words(line);
        List<String> arguments = new ArrayList<>();
        for (String word : words.subList(1, words.size())) {
            arguments.addAll(standingFor(word, words));
        }
        String command = arguments.get(0);
        if (command.equals("labels") && !arguments.contains("--above")) {
            arguments.addAll(List.of("--above", "0.1"));
        }
        if (command.equals("run")) {
            arguments.add(2, SMALL);
            String recipe = arguments.get(1);
            if (recipe.endsWith("ablations.yaml")
                    || (!recipe.endsWith(".yaml") && RecipeReader.show(recipe).contains("min_confidence"))) {
                arguments.add(3, "--set=stages.*.min_confidence=0"); // such a network is sure of nothing
            }
        }
        if (Set.of("run", "demo", "doctor").contains(command)) {
            arguments.addAll(SHORT);
        }
        if (command.equals("run") && in("runs/photos").equals(outOf(arguments))) {
            arguments.addAll(LONGER);
        }
        if (line.contains(
                "moco-v2:imagenet")) { // its statistics are far from those of the pictures after a single step
            arguments.add("--set=stages.*.pictures_per_epoch=160");
        }
        if (Set.of("run", "demo").contains(command) && !arguments.contains("--resume")) {
            fresh(arguments);
        }
        return arguments;
    }

    private static String outOf(List<String> arguments) {
        int at = arguments.indexOf("--out");
        return at < 0 ? "" : arguments.get(at + 1);
    }

    private static List<String> standingFor(String word, List<String> line) {
        return switch (word) {
            case "RECIPE", "NAME" -> List.of("simclr");
            case "SEED" -> List.of("0");
            case "RUN" -> List.of(in(String.join(" ", line).contains("layer") ? "runs/layers" : "runs/photos"));
            case "BUNDLE" -> List.of(in("runs/photos/model"));
            case "MORE" -> List.of();
            case "\u2026" ->
                line.contains("--data") ? List.of() : List.of("--data", "folder:" + in("photos"), "--labels", "10");
            case "0.95" -> List.of("0.1"); // nothing is sure after a short epoch
            case "400" -> List.of("25");
            case "1,2,5,10,25,100", "1,2,5,10" -> List.of("1,2");
            case "stages.student.min_confidence=0.3", "stages.taught.min_confidence=0.3" ->
                List.of(word.replace("0.3", "0"));
            case "fashion-mnist", "cifar10", "cifar10:DIR" -> List.of("shapes:300,30");
            case "SOURCE" -> List.of(line.contains("labels.csv") ? "folder:" + in("photos") : "shapes:300,30");
            default -> List.of(placed(word));
        };
    }

    private static String placed(String word) {
        int colon = word.indexOf(':');
        String prefix = word.startsWith("folder:") ? word.substring(0, colon + 1) : "";
        String rest = word.substring(prefix.length());
        return FOLDERS.contains(rest) || rest.startsWith("runs/") || rest.matches(FILE) ? prefix + in(rest) : word;
    }

    private static String in(String place) {
        return folder.resolve(place).toString();
    }

    /** Somewhere new, unless it is one of those that were made for the others. */
    private static void fresh(List<String> arguments) {
        int at = arguments.indexOf("--out");
        if (at < 0) {
            arguments.addAll(List.of("--out", in("runs/" + ++outputs)));
        } else if (Files.exists(Path.of(arguments.get(at + 1)))) {
            arguments.set(at + 1, in("runs/" + ++outputs));
        }
    }
}
