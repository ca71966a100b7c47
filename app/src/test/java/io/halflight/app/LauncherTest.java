package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with a pretended Java and a pretended Maven, in a checkout that holds nothing else. */
class LauncherTest {
    private static final Path REPOSITORY = repository();

    @TempDir
    Path folder;

    private Path checkout;
    private Path tools;

    private record Result(int code, String out, String err) {}

    private static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("halflight")) ? here : here.getParent();
    }

    @BeforeEach
    void pretend() throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
        checkout = Files.createDirectories(folder.resolve("a checkout"));
        for (String source : List.of("core/src/main", "app/src/main")) {
            Files.createDirectories(checkout.resolve(source));
        }
        for (String pom : List.of("pom.xml", "core/pom.xml", "app/pom.xml")) {
            Files.writeString(checkout.resolve(pom), "");
        }
        script(checkout.resolve("halflight"), Files.readString(REPOSITORY.resolve("halflight")));
        tools = Files.createDirectories(folder.resolve("tools"));
        jdk("jdk", "17.0.15");
        script(tools.resolve("mvn"), """
            #!/bin/bash
            echo "mvn in $PWD"
            echo built >> builds
            mkdir -p app/target/lib
            touch app/target/halflight-app-1.jar
            """);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/javac"), "#!/bin/bash\n");
        script(home.resolve("bin/java"), "#!/bin/bash\necho \"in $PWD\"; printf '<%s>\\n' \"$@\"; exit 7\n");
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Result launch(Map<String, String> environment, Path command, String... args) throws Exception {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        words.addAll(List.of(args));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(Files.createDirectories(folder.resolve("elsewhere")).toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        tools + ":/usr/bin:/bin",
                        "JAVA_HOME",
                        folder.resolve("jdk").toString()));
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        return new Result(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    }

    private Result launch(String... args) throws Exception {
        return launch(Map.of(), checkout.resolve("halflight"), args);
    }

    private long builds() throws IOException {
        return Files.readAllLines(checkout.resolve("builds")).size();
    }

    @Test
    void theFirstUseBuildsAndTheSecondDoesNot() throws Exception {
        Result first = launch("demo", "two words");
        Result second = launch("demo", "two words");

        assertThat(first.err()).startsWith("Building Halflight").hasLineCount(1);
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
        assertThat(second.code()).isEqualTo(7);
        assertThat(second.out())
                .contains("in " + folder.resolve("elsewhere").toRealPath())
                .contains("<-Dorg.bytedeco.javacpp.maxPhysicalBytes=0>", "<-Dhalflight.terminal=false>")
                .doesNotContain("enable-native-access")
                .endsWith("<io.halflight.app.Main>\n<demo>\n<two words>\n");
        assertThat(checkout.resolve("target/build.log"))
                .content()
                .startsWith("mvn in")
                .contains("<-XX:ArchiveClassesAtExit=" + checkout.toRealPath() + "/target/classes.jsa.new>");
        assertThat(second.out()).doesNotContain("SharedArchiveFile"); // that Java made no archive
    }

    @Test
    void classesThatABuildLeftBehindAreSharedUntilThereIsANewerProgram() throws Exception {
        script(folder.resolve("jdk/bin/java"), """
                #!/bin/bash
                for word in "$@"; do
                  case $word in -XX:ArchiveClassesAtExit=*) echo classes >"${word#*=}"; exit 0 ;; esac
                done
                printf '<%s>\\n' "$@"
                """);
        Path archive = checkout.resolve("target/classes.jsa");

        String shared = "<-XX:SharedArchiveFile=" + checkout.toRealPath() + "/target/classes.jsa>";
        assertThat(launch("demo").out()).contains(shared);
        assertThat(archive).hasContent("classes");
        assertThat(checkout.resolve("target/classes.jsa.new")).doesNotExist();

        Files.setLastModifiedTime(archive, FileTime.fromMillis(0));
        assertThat(launch("demo").out()).doesNotContain("SharedArchiveFile");
    }

    @Test
    void aChangedSourceIsBuiltAgain() throws Exception {
        launch("demo");
        Files.writeString(checkout.resolve("core/src/main/New.java"), "");

        assertThat(launch("demo").err()).contains("Building");
        assertThat(launch("demo").err()).isEmpty();
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void symbolicLinksLeadToTheCheckout() throws Exception {
        Path link = Files.createSymbolicLink(tools.resolve("hl"), Path.of("../a checkout/halflight"));
        Path second = Files.createSymbolicLink(folder.resolve("hl2"), link);

        Result result = launch(Map.of(), second, "--help");

        assertThat(result.code()).isEqualTo(7);
        assertThat(result.out()).contains("/a checkout/app/target/lib/*:");
    }

    @Test
    void aFailedBuildShowsItsLastLinesAndTheLog() throws Exception {
        script(tools.resolve("mvn"), "#!/bin/bash\necho chatter\necho '[ERROR] no such symbol'\nexit 1\n");

        Result result = launch("demo");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("[ERROR] no such symbol", "target/build.log")
                .doesNotContain("chatter");
    }

    @Test
    void anOldJavaIsRefusedByItsVersion() throws Exception {
        Path old = jdk("old", "1.8.0_402");
        Files.createSymbolicLink(tools.resolve("java"), old.resolve("bin/java"));

        Result result = launch(Map.of("JAVA_HOME", jdk("older", "11.0.2").toString()), checkout.resolve("halflight"));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).hasLineCount(1).contains("JDK of version 17 or later", "found 11", "found 8");
    }

    @Test
    void theJavaOnThePathServesWhereJavaHomeIsTooOld() throws Exception {
        Files.createSymbolicLink(tools.resolve("java"), folder.resolve("jdk/bin/java"));

        assertThat(launch(Map.of("JAVA_HOME", jdk("older", "11.0.2").toString()), checkout.resolve("halflight"))
                        .code())
                .isEqualTo(7);
    }

    @Test
    void java24AndLaterAreToldOfNativeCode() throws Exception {
        Path newer = jdk("newer", "25.0.1");

        Result result = launch(
                Map.of("JAVA_HOME", newer.toString(), "HALFLIGHT_JAVA_OPTS", "-Xmx4g -Da=b"),
                checkout.resolve("halflight"));

        assertThat(result.out())
                .contains("<--enable-native-access=ALL-UNNAMED>", "<--sun-misc-unsafe-memory-access=allow>")
                .containsSubsequence("<-Xmx2g>", "<-Xmx4g>", "<-Da=b>");
    }

    @Test
    void javaGetsTheAllocatorThatIsAskedFor() throws Exception {
        Optional<Path> library = Stream.of(
                        "/lib/x86_64-linux-gnu/libm.so.6", "/lib64/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6")
                .map(Path::of)
                .filter(Files::isReadable)
                .findFirst();
        Assumptions.assumeTrue(library.isPresent(), "needs a library to load");
        Map<String, String> java = Map.of("JAVA_HOME", speakingJdk().toString(), "LD_PRELOAD", "");
        String other = library.get().toString();

        assertThat(launch(with(java, "HALFLIGHT_MALLOC", other), checkout.resolve("halflight"))
                        .out())
                .contains("loads " + other + ".", "reports 9223372036854775807.");
        assertThat(launch(with(java, "HALFLIGHT_MALLOC", "system"), checkout.resolve("halflight"))
                        .out())
                .contains("loads .", "reports .");
        Result missing = launch(with(java, "HALFLIGHT_MALLOC", "/no/such.so"), checkout.resolve("halflight"));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("HALFLIGHT_MALLOC names /no/such.so");
        assertThat(launch(with(java, "HALFLIGHT_MALLOC", "/a b.so"), checkout.resolve("halflight"))
                        .err())
                .contains("no blank");
        assertThat(launch(with(java, "LD_PRELOAD", other), checkout.resolve("halflight"))
                        .out())
                .contains("loads " + other + ".", "reports .");
    }

    /** The folder of the system's libraries is named after its architecture: here that leads to a folder of the test's. */
    @Test
    void theAllocatorOfGperftoolsIsTakenWhereItIs() throws Exception {
        Path libraries = Files.createDirectories(folder.resolve("here-linux-gnu"));
        script(tools.resolve("uname"), "#!/bin/bash\necho ../..%s/here\n".formatted(folder));
        Map<String, String> java = Map.of("JAVA_HOME", speakingJdk().toString(), "LD_PRELOAD", "");
        assertThat(launch(java, checkout.resolve("halflight")).out()).contains("loads .");

        Files.createFile(libraries.resolve("libtcmalloc_minimal.so.4"));
        assertThat(launch(java, checkout.resolve("halflight")).out())
                .contains("here-linux-gnu/libtcmalloc_minimal.so.4.", "reports 9223372036854775807.");
        assertThat(launch(with(java, "HALFLIGHT_MALLOC", "system"), checkout.resolve("halflight"))
                        .out())
                .contains("loads .");
    }

    private Path speakingJdk() throws IOException {
        Path home = jdk("speaking", "17.0.15");
        script(
                home.resolve("bin/java"),
                "#!/bin/bash\necho \"loads $LD_PRELOAD.\"; echo \"reports $TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD.\"; echo \"tunes $GLIBC_TUNABLES.\"\n"
                        + "echo \"waits $OMP_WAIT_POLICY $OPENBLAS_THREAD_TIMEOUT.\"\n");
        return home;
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return more;
    }

    @Test
    void collectorAndAllocatorFitTheProcessors() throws Exception {
        script(tools.resolve("nproc"), "#!/bin/bash\necho 2\n");
        assertThat(launch().out()).contains("<-XX:+UseSerialGC>", "<-Xmn32m>").doesNotContain("Parallel");
        Map<String, String> java = Map.of("JAVA_HOME", speakingJdk().toString(), "GLIBC_TUNABLES", "");
        assertThat(launch(java, checkout.resolve("halflight")).out()).contains("tunes glibc.malloc.tcache_count=0:");
        assertThat(launch(Map.of("HALFLIGHT_JAVA_OPTS", "-XX:+UseG1GC"), checkout.resolve("halflight"))
                        .out())
                .contains("<-XX:+UseG1GC>")
                .doesNotContain("Serial", "Parallel", "-Xmn");

        script(tools.resolve("nproc"), "#!/bin/bash\necho 16\n");
        assertThat(launch().out()).contains("<-XX:+UseParallelGC>").doesNotContain("Serial", "-Xmn");
        assertThat(launch(java, checkout.resolve("halflight")).out()).contains("tunes .");
    }

    @Test
    void threadsOfTheEngineSleepWhileTheyWaitUnlessTheUserWantsElse() throws Exception {
        Map<String, String> java =
                Map.of("JAVA_HOME", speakingJdk().toString(), "OMP_WAIT_POLICY", "", "OPENBLAS_THREAD_TIMEOUT", "");
        assertThat(launch(java, checkout.resolve("halflight")).out()).contains("waits PASSIVE 4.");
        Map<String, String> wanted = with(with(java, "OMP_WAIT_POLICY", "ACTIVE"), "OPENBLAS_THREAD_TIMEOUT", "26");
        assertThat(launch(wanted, checkout.resolve("halflight")).out()).contains("waits ACTIVE 26.");
    }

    @Test
    void whatTrainsIsToldItsCommit() throws Exception {
        script(tools.resolve("git"), "#!/bin/bash\necho 0123456789ab-dirty\n");
        assertThat(launch("run", "simclr").out()).contains("<-Dhalflight.commit=unknown>");
        Files.createDirectory(checkout.resolve(".git"));
        assertThat(launch("run", "simclr").out()).contains("<-Dhalflight.commit=0123456789ab-dirty>");
        assertThat(launch("recipes").out()).contains("<-Dhalflight.commit=unknown>");
        script(tools.resolve("git"), "#!/bin/bash\nexit 1\n");
        assertThat(launch("demo").out()).contains("<-Dhalflight.commit=unknown>");
    }

    @Test
    void twoFirstUsesBuildOnce() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "needs flock");
        script(tools.resolve("mvn"), Files.readString(tools.resolve("mvn")).replace("mkdir", "sleep 1; mkdir"));
        ProcessBuilder other = new ProcessBuilder(checkout.resolve("halflight").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("other.txt").toFile());
        other.environment()
                .putAll(Map.of(
                        "PATH",
                        tools + ":/usr/bin:/bin",
                        "JAVA_HOME",
                        folder.resolve("jdk").toString()));
        Process process = other.start();

        assertThat(launch().code()).isEqualTo(7);
        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void everyScriptIsValidBash() throws Exception {
        for (String script : List.of("halflight", ".ci/run")) {
            Optional<Path> file = Optional.of(REPOSITORY.resolve(script)).filter(Files::isExecutable);
            assertThat(file).as(script).isPresent();
            assertThat(new ProcessBuilder("bash", "-n", file.get().toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
    }
}
