package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.augment.ContrastMean;
import io.halflight.augment.Fill;
import io.halflight.augment.RandAugment;
import io.halflight.augment.RandAugmentFlavour;
import io.halflight.augment.StrongView;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrongSettingsTest {
    private static final String UDA =
            "{flavour: uda, ops: 2, magnitude: 9, probability: 0.5, contrast: paper, cutout: 0.5,"
                    + " flip: 0.5, shift: 0.125, crop_min: 1}";

    @Test
    void theDefaultsOfTheMethodsAreThePapers() {
        Fill mean = Fill.grey(70);
        SemiSupervised.Uda uda = stage("uda", SemiSupervised.Uda.class);
        assertThat(uda.strong().config(32, 3, mean))
                .isEqualTo(StrongView.Config.uda(32, 3).withFill(mean));
        SemiSupervised.FixMatch fixMatch = stage("fixmatch", SemiSupervised.FixMatch.class);
        assertThat(fixMatch.strong().config(32, 3, mean))
                .isEqualTo(StrongView.Config.fixMatch(32, 3).withFill(mean));
    }

    private static <S extends StageSettings> S stage(String recipe, Class<S> type) {
        return type.cast(RecipeReader.read(recipe, List.of()).stages().get(recipe));
    }

    @Test
    void everyKeyReachesTheView() {
        StrongSettings settings =
                bound("{flavour: noisy_student, ops: 3, magnitude: 27, probability: 0.9, contrast: code,"
                        + " cutout: 0.25, flip: 0.1, shift: 0.2, crop_min: 0.08}");
        Fill fill = new Fill(1, 2, 3);
        assertThat(settings.config(96, 1, fill))
                .isEqualTo(new StrongView.Config(
                        96,
                        1,
                        new RandAugment.Config(
                                RandAugmentFlavour.NOISY_STUDENT, 3, 27, 0.9, ContrastMean.CODE, Fill.MIDDLE_GREY),
                        0.25,
                        0.1,
                        0.2,
                        0.08));
        assertThat(bound(UDA.replace("uda", "torchvision"))
                        .config(8, 3, fill)
                        .augment()
                        .fill())
                .isEqualTo(Fill.grey(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "magnitude: 9 | magnitude: 11 | magnitude must be between 1 and 10, got 11",
                "flavour: uda | flavour: auto | expected one of uda, fixmatch, noisy_student, torchvision",
                "contrast: paper | contrast: x | expected one of paper, code",
                "ops: 2 | ops: -1 | ops must be at least 0, got -1",
                "probability: 0.5 | probability: 2 | probability must be between 0 and 1, got 2.0",
                "cutout: 0.5 | cutout: -1 | cutout must be between 0 and 1, got -1.0",
                "flip: 0.5 | flip: 1.5 | flip must be between 0 and 1, got 1.5",
                "shift: 0.125 | shift: 1 | shift must be at least 0 and below 1, got 1.0",
                "crop_min: 1 | crop_min: 0 | crop_min must be above 0, got 0.0",
            })
    void aWrongValueIsRefusedByItsKey(String key, String wrong, String message) {
        assertThatThrownBy(() -> bound(UDA.replace(key, wrong))).hasMessageContaining(message);
    }

    private static StrongSettings bound(String yaml) {
        Setting.Group top = SettingFile.read("strong: " + yaml + "\n", "test");
        return Binder.bind((Setting.Group) top.children().get("strong"), "strong", StrongSettings.class);
    }
}
