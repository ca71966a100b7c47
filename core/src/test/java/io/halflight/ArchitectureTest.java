package io.halflight;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A package imports only from floors below its own. */
class ArchitectureTest {
    private static final List<List<String>> FLOORS = List.of(
            List.of("torch", "json"),
            List.of("nn", "loss", "optim"),
            List.of("data"),
            List.of("backbone", "augment"),
            List.of("method", "eval", "bundle"),
            List.of("train"),
            List.of("recipe"));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.halflight");

    @Test
    void floorsRestOnThoseBelow() {
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            String[] above = FLOORS.subList(floor + 1, FLOORS.size()).stream()
                    .flatMap(List::stream)
                    .map(ArchitectureTest::in)
                    .toArray(String[]::new);
            for (String name : FLOORS.get(floor)) {
                if (above.length > 0) {
                    noClasses()
                            .that()
                            .resideInAPackage(in(name))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(above)
                            .check(classes);
                }
            }
        }
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching("io.halflight.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void dataKnowsNoTensorsBeyondTheBatch() {
        noClasses()
                .that()
                .resideInAPackage(in("data"))
                .and()
                .haveNameNotMatching(".*\\.Batch(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco.pytorch..")
                .check(classes);
    }

    @Test
    void methodsTouchNoFileThreadOrClock() {
        noClasses()
                .that()
                .resideInAnyPackage(in("method"), in("loss"), in("backbone"), in("nn"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.nio..", "java.time..", "java.util.concurrent..")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(classes);
    }

    @Test
    void onlyTheRecipeReaderKnowsYaml() {
        noClasses()
                .that()
                .resideOutsideOfPackage(in("recipe"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.snakeyaml..")
                .check(classes);
    }

    /** What is written in any other way may be found half-written after a kill. */
    @Test
    void filesOfARunAreReplacedByDurableFileAlone() {
        Set<String> writing = Set.of("write", "writeString", "move", "newOutputStream", "newBufferedWriter");
        noClasses()
                .that()
                .resideInAnyPackage(in("torch"), in("data"), in("train"), in("recipe"))
                .should()
                .callMethodWhere(describe(
                        "it is a method of Files that writes",
                        call -> call.getTargetOwner().isEquivalentTo(Files.class) && writing.contains(call.getName())))
                .check(classes);
    }

    private static String in(String name) {
        return "io.halflight." + name + "..";
    }
}
