package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShapesDatasetTest {
    private final Dataset shapes = new ShapesDataset("shapes:200,50", 200, 50, 0);

    @Test
    void pixelsAreTheSameOnEveryMachine() {
        String all = IntStream.range(0, shapes.size()).mapToObj(shapes::hash).reduce("", String::concat);
        assertThat(Hashes.brief(all.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo("7fbfab896089b186");
    }

    @Test
    void tenClassesAreBalancedInBothParts() {
        assertThat(shapes.classes()).hasSize(10).doesNotHaveDuplicates().isSorted();
        for (int label = 0; label < 10; label++) {
            int wanted = label;
            assertThat(IntStream.range(0, 200).filter(i -> shapes.label(i) == wanted))
                    .hasSize(20);
            assertThat(IntStream.range(200, 250).filter(i -> shapes.label(i) == wanted))
                    .hasSize(5);
        }
    }

    @Test
    void aPictureDependsOnTheSeedAndItsPlaceButNotOnTheSizeOfTheSet() {
        Dataset larger = new ShapesDataset("shapes", 400, 50, 0);
        Dataset other = new ShapesDataset("shapes", 200, 50, 1);
        assertThat(larger.hash(7)).isEqualTo(shapes.hash(7));
        assertThat(larger.hash(400)).isEqualTo(shapes.hash(200));
        assertThat(other.hash(7)).isNotEqualTo(shapes.hash(7));
    }

    @Test
    void noPictureRepeats() {
        Set<String> hashes = new HashSet<>();
        IntStream.range(0, shapes.size()).forEach(i -> hashes.add(shapes.hash(i)));
        assertThat(hashes).hasSize(shapes.size());
    }

    @Test
    void idsTellThePart() {
        assertThat(shapes.id(0)).isEqualTo("train/00000");
        assertThat(shapes.id(249)).isEqualTo("test/00049");
        assertThat(shapes.part(199)).isEqualTo(Dataset.Part.TRAIN);
        assertThat(shapes.part(200)).isEqualTo(Dataset.Part.TEST);
    }

    @Test
    void everyFigureCoversASensiblePartOfItsPlane() {
        for (Figure figure : Figure.ALL) {
            int inside = 0;
            double largest = 0;
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < 20_000; i++) {
                double x = random.nextDouble() * 3 - 1.5;
                double y = random.nextDouble() * 3 - 1.5;
                if (figure.distance(x, y) < 0) {
                    inside++;
                    largest = Math.max(largest, Math.sqrt(x * x + y * y));
                }
            }
            assertThat(inside / 20_000.0 * 9).as(figure.name()).isBetween(0.6, 2.7);
            assertThat(largest).as(figure.name()).isBetween(0.85, 1.25);
        }
    }

    @Test
    void distancesOfTheSquareAreExactAtItsSides() {
        Figure square = Figure.ALL.get(shapes.classes().indexOf("square"));
        assertThat(square.distance(0.3, 0)).isCloseTo(0.3 - 0.77, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(square.distance(1.2, 0.1)).isCloseTo(1.2 - 0.77, org.assertj.core.data.Offset.offset(1e-6));
    }
}
