package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.augment.Brightness;
import io.halflight.augment.ColourSemantics;
import io.halflight.augment.CropSampler;
import io.halflight.backbone.BackboneSpec;
import io.halflight.method.SignalAnnealing;
import io.halflight.nn.HeadForm;
import io.halflight.optim.Decay;
import io.halflight.optim.MovingAverage.Statistics;
import io.halflight.optim.Scaling;
import io.halflight.train.OptimizerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeReaderTest {
    @TempDir
    Path folder;

    static List<String> builtIn() {
        return RecipeReader.list().stream()
                .flatMap(recipe -> Stream.concat(
                        Stream.of(recipe.name()),
                        recipe.presets().stream().map(preset -> recipe.name() + ":" + preset)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everyKeyOfABuiltInRecipeIsExplained(String name) {
        for (String line : RecipeReader.show(name).split("\n")) {
            String key = line.strip();
            boolean stageName = line.matches(" {2}[a-z]+:");
            assertThat(stageName || key.contains("# ")).as(line).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void whatIsShownReadsBackAsTheSameRecipe(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name.replace(':', '-') + ".yaml"), RecipeReader.show(name));
        assertThat(RecipeReader.read(file.toString(), List.of())).isEqualTo(RecipeReader.read(name, List.of()));
    }

    @Test
    void defaultsAreThePapers() {
        Recipe recipe = recipe(
                "stages: {p: {method: simclr}, f: {method: finetune, from: p}, d: {method: distill, teacher: f}}");
        Pretraining.SimClr simclr = (Pretraining.SimClr) recipe.stages().get("p");
        assertThat(simclr.head()).isEqualTo(new HeadSettings(HeadForm.SIMCLR, 3, 0, 128));
        assertThat(simclr.temperature()).isEqualTo(0.5);
        assertThat(simclr.backbone().spec(32, 3))
                .as("shortcuts, no scale, drop rates that are the network's own")
                .isEqualTo(BackboneSpec.of("resnet18", 32));
        assertThat(simclr.augment().cropMin()).isEqualTo(0.08);
        assertThat(simclr.augment().strength()).isEqualTo(0.5);
        assertThat(simclr.augment().jitter()).isEqualTo(0.8);
        assertThat(simclr.augment().grey()).isEqualTo(0.2);
        assertThat(simclr.augment().blur()).isZero();
        assertThat(simclr.optimizer())
                .isEqualTo(
                        new OptimizerSettings(OptimizerSettings.Name.LARS, 1.0, Scaling.LINEAR, 0.9, true, 1e-4, 0.05));
        StageSettings.FineTune finetune =
                (StageSettings.FineTune) recipe.stages().get("f");
        assertThat(finetune.fromLayer()).isEqualTo(1);
        assertThat(finetune.epochs()).isEqualTo(60);
        assertThat(finetune.optimizer())
                .isEqualTo(new OptimizerSettings(OptimizerSettings.Name.LARS, 0.005, Scaling.SQRT, 0.9, true, 0, 0));
        StageSettings.Distill distill = (StageSettings.Distill) recipe.stages().get("d");
        assertThat(distill.labelWeight()).isZero();
        assertThat(distill.timesSquare()).isFalse();
        assertThat(distill.optimizer())
                .isEqualTo(
                        new OptimizerSettings(OptimizerSettings.Name.LARS, 0.1, Scaling.SQRT, 0.9, true, 1e-4, 0.05));
    }

    @Test
    void theImagenetPresetsAreThePapers() {
        Pretraining.Byol byol = stage("byol:imagenet", Pretraining.Byol.class);
        assertThat(byol.head()).isEqualTo(new HeadSettings(HeadForm.BYOL, 2, 4096, 256));
        assertThat(byol.predictor()).isEqualTo(new HeadSettings(HeadForm.BYOL, 2, 4096, 256));
        assertThat(byol.tauBase()).isEqualTo(0.996);
        assertThat(byol.backbone().zeroGamma()).isFalse();
        assertThat(byol.backbone().normalise()).isEqualTo("imagenet");
        assertThat(byol.augment())
                .isEqualTo(new AugmentSettings(
                        0.08,
                        0.5,
                        0.5,
                        0.8,
                        0.2,
                        1,
                        0,
                        0.4,
                        CropSampler.BYOL,
                        ColourSemantics.TENSORFLOW,
                        Brightness.ADD,
                        0));
        assertThat(byol.augmentSecond())
                .isEqualTo(new AugmentSettings(
                        0.08,
                        0.5,
                        0.5,
                        0.8,
                        0.2,
                        0.1,
                        0.2,
                        0.4,
                        CropSampler.BYOL,
                        ColourSemantics.TENSORFLOW,
                        Brightness.ADD,
                        0));
        assertThat(byol.optimizer())
                .isEqualTo(new OptimizerSettings(
                        OptimizerSettings.Name.LARS_BYOL, 0.2, Scaling.LINEAR, 0.9, true, 1.5e-6, 0.01));
        Pretraining.MoCo moco = stage("moco-v2:imagenet", Pretraining.MoCo.class);
        assertThat(moco.head()).isEqualTo(new HeadSettings(HeadForm.MOCO, 2, 2048, 128));
        assertThat(moco.queue()).isEqualTo(65536);
        assertThat(moco.momentum()).isEqualTo(0.999);
        assertThat(moco.temperature()).isEqualTo(0.2);
        assertThat(moco.symmetric()).isFalse();
        assertThat(moco.statisticsGroups()).isEqualTo(8);
        assertThat(moco.optimizer())
                .isEqualTo(
                        new OptimizerSettings(OptimizerSettings.Name.SGD, 0.03, Scaling.LINEAR, 0.9, false, 1e-4, 0));
        Pretraining.SimClr v1 = stage("simclr:imagenet", Pretraining.SimClr.class);
        assertThat(v1.head().layers()).isEqualTo(2);
        assertThat(v1.temperature()).isEqualTo(0.1);
        assertThat(v1.augment().brightness()).isEqualTo(Brightness.ADD);
        assertThat(v1.augment().blur()).isEqualTo(0.5);
        assertThat(v1.optimizer().weightDecay()).isEqualTo(1e-6);
        Pretraining.SimClr v2 = stage("simclr-v2:imagenet", Pretraining.SimClr.class);
        assertThat(v2.head().layers()).isEqualTo(3);
        assertThat(v2.memory()).isEqualTo(65536);
        assertThat(v2.memoryDecay()).isEqualTo(0.999);
        assertThat(v2.augment().brightness()).isEqualTo(Brightness.MULTIPLY);
        assertThat(v2.optimizer())
                .isEqualTo(
                        new OptimizerSettings(OptimizerSettings.Name.LARS, 0.1, Scaling.SQRT, 0.9, true, 1e-4, 0.05));
    }

    @Test
    void cutoutIsOffUnlessARecipeAsksForIt() {
        AugmentSettings plain = stage("simclr", Pretraining.SimClr.class).augment();
        assertThat(plain.config(32, 3).cutout()).isZero();
        Recipe recipe = recipe("stages: {p: {method: simclr, augment: {cutout: 0.25}}}");
        AugmentSettings cut = ((Pretraining.SimClr) recipe.stages().get("p")).augment();
        assertThat(cut.config(32, 3).cutout()).isEqualTo(0.25);
        assertThatThrownBy(() -> recipe("stages: {p: {method: simclr, augment: {cutout: 1.5}}}"))
                .hasMessageContaining("cutout must be between 0 and 1, got 1.5");
    }

    private static <S extends StageSettings> S stage(String recipe, Class<S> type) {
        return stage(recipe, "pretrain", type);
    }

    private static <S extends StageSettings> S stage(String recipe, String name, Class<S> type) {
        return type.cast(RecipeReader.read(recipe, List.of()).stages().get(name));
    }

    private static OptimizerSettings sgd(
            double rate, Scaling scaling, boolean nesterov, double decayed, Decay decay, double warmup, String form) {
        return new OptimizerSettings(
                OptimizerSettings.Name.SGD, rate, scaling, 0.9, nesterov, decayed, decay, warmup, form);
    }

    @Test
    void methodsOfTwoStreamsStartFromThePapers() {
        Recipe recipe = recipe("stages: {f: {method: fixmatch}, u: {method: uda}, t: {method: mean-teacher}}");
        SemiSupervised.FixMatch fixmatch =
                (SemiSupervised.FixMatch) recipe.stages().get("f");
        assertThat(fixmatch.threshold()).isEqualTo(0.95);
        assertThat(fixmatch.unlabelledBatch()).isEqualTo(7 * 64);
        assertThat(fixmatch.average()).isEqualTo(new AverageSettings(0.999, 0, false, Statistics.COPIED));
        assertThat(fixmatch.optimizer())
                .isEqualTo(sgd(0.03, Scaling.NONE, true, 5e-4, Decay.KERNELS, 0, "cosine-7/16"));
        SemiSupervised.Uda uda = (SemiSupervised.Uda) recipe.stages().get("u");
        assertThat(uda.temperature()).isEqualTo(0.4);
        assertThat(uda.threshold()).isEqualTo(0.8);
        assertThat(uda.weight()).isEqualTo(1);
        assertThat(uda.entropyWeight()).isZero();
        assertThat(uda.tsa()).isEqualTo(SignalAnnealing.NONE);
        assertThat(uda.average()).isEqualTo(new AverageSettings(0.9999, 0, false, Statistics.AVERAGED));
        assertThat(uda.optimizer()).isEqualTo(sgd(0.03, Scaling.NONE, true, 5e-4, Decay.ALL, 0, "cosine-7/16"));
        SemiSupervised.MeanTeacher teacher =
                (SemiSupervised.MeanTeacher) recipe.stages().get("t");
        assertThat(teacher.weight()).isEqualTo(50);
        assertThat(teacher.rampUp()).isEqualTo(0.4);
        assertThat(teacher.average().decay()).isEqualTo(0.999);
    }

    @Test
    void s4lsImagenetPresetsAreThePapers() {
        String steps = "steps 0.7 0.8 0.9";
        S4l.Vat vat = stage("vat:imagenet", "vat", S4l.Vat.class);
        assertThat(vat.augment()).isEqualTo(new InceptionSettings(0.05, 0.5, false));
        assertThat(List.of(vat.weight(), vat.entropyWeight(), vat.eps(), vat.xi()))
                .containsExactly(0.5, 0.0, 20.0, 0.0);
        assertThat(vat.labelled()).isTrue();
        assertThat(vat.unlabelledBatch()).isEqualTo(256);
        assertThat(vat.optimizer()).isEqualTo(sgd(0.03, Scaling.NONE, false, 1e-3, Decay.KERNELS, 0.025, steps));
        S4l.Rotation rotation = stage("s4l-rotation:imagenet", "rotation", S4l.Rotation.class);
        assertThat(rotation.weight()).isEqualTo(1);
        assertThat(rotation.epochs()).isEqualTo(200);
        assertThat(rotation.picturesPerEpoch()).isZero();
        assertThat(rotation.average().exists()).isFalse();
        assertThat(rotation.optimizer()).isEqualTo(vat.optimizer());
        S4l.Exemplar exemplar = stage("s4l-exemplar:imagenet", "exemplar", S4l.Exemplar.class);
        assertThat(exemplar.augment().hsvNoise()).isTrue();
        assertThat(exemplar.copies()).isEqualTo(8);
        assertThat(exemplar.embedding()).isEqualTo(1000);
        assertThat(exemplar.batch()).isEqualTo(512);
        assertThat(exemplar.optimizer()).isEqualTo(sgd(0.1, Scaling.NONE, false, 1e-3, Decay.KERNELS, 0.05, steps));
        S4l.Moam moam = stage("moam:imagenet", "moam", S4l.Moam.class);
        assertThat(List.of(moam.classWeight(), moam.adversarialWeight(), moam.entropyWeight(), moam.eps()))
                .containsExactly(0.3, 0.3, 0.3, 16.0);
        assertThat(moam.average().halfLife()).isEqualTo(1);
        assertThat(moam.optimizer())
                .isEqualTo(sgd(0.2, Scaling.LINEAR, false, 2e-4, Decay.KERNELS, 0.05, "steps 0.5 0.75 0.95"));
    }

    @Test
    void anUnknownPresetIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> RecipeReader.read("byol:cifra", List.of()))
                .hasMessageContaining("no preset 'cifra', did you mean cifar")
                .hasMessageContaining("small, cifar, imagenet");
        assertThatThrownBy(() -> RecipeReader.read("demo:cifar", List.of())).hasMessageContaining("it has none");
    }

    @Test
    void aStarSetsAKeyInEveryStageThatHasIt() {
        Recipe recipe = RecipeReader.read(
                "simclrv2", List.of("stages.*.epochs=3", "stages.*.backbone.init=w.pth", "stages.*.temperature=0.4"));
        assertThat(recipe.stages().values())
                .allSatisfy(s -> assertThat(s.epochs()).isEqualTo(3));
        Pretraining.SimClr pretrain = (Pretraining.SimClr) recipe.stages().get("pretrain");
        assertThat(pretrain.backbone().init()).isEqualTo("w.pth");
        assertThat(pretrain.temperature()).isEqualTo(0.4);
        assertThatThrownBy(() -> RecipeReader.read("simclrv2", List.of("stages.*.epoch=3")))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("no stage has the key epoch")
                .hasMessageContaining("pretrain");
    }

    @Test
    void dropRatesReachTheNetwork() {
        Recipe recipe =
                recipe("stages: {p: {method: supervised, backbone: {name: wrn-10-1, drop_path: 0.2, dropout: 0.5}}}");
        BackboneSettings settings = ((StageSettings.Supervised) recipe.stages().get("p")).backbone();
        BackboneSpec expected = new BackboneSpec("wrn-10-1", 1, 0, "auto", "simclr", 32, 3).dropping(0.2, 0.5);
        assertThat(settings.spec(32, 3)).isEqualTo(expected);
    }

    @Test
    void overridesComeLast() {
        Recipe recipe = RecipeReader.read(
                "simclrv2", List.of("seed=7", "stages.pretrain.epochs=3", "data.source=folder:my pictures"));
        assertThat(recipe.seed()).isEqualTo(7);
        assertThat(recipe.stages().get("pretrain").epochs()).isEqualTo(3);
        assertThat(recipe.data().source()).isEqualTo("folder:my pictures");
        assertThat(recipe.text()).contains("source: 'folder:my pictures'").contains("epochs: 3");
    }

    @Test
    void aRecipeMayStartFromAnother() {
        Recipe recipe = recipe("base: simclrv2\nstages:\n  pretrain:\n    epochs: 4\n");
        assertThat(recipe.stages().get("pretrain").epochs()).isEqualTo(4);
        assertThat(recipe.stages())
                .containsOnlyKeys(RecipeReader.read("simclrv2", List.of())
                        .stages()
                        .keySet()
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sed: 1 | mine.yaml line 1: there is no key sed, did you mean seed",
                "data: {sorce: x} | there is no key data.sorce, did you mean source",
                "stages: {p: {method: simclr, epoch: 3}} | there is no key stages.p.epoch, did you mean epochs",
                "stages: {p: {method: simcrl}} | stages.p.method is 'simcrl', did you mean simclr",
                "stages: {p: {epochs: 3}} | stages.p.method is missing",
                "stages: {p: {method: simclr, epochs: many}} | stages.p.epochs is 'many', expected a whole number",
                "stages: {p: {method: simclr, epochs: 0}} | epochs must be at least 1, got 0",
                "stages: {p: {method: simclr, batch: 1}} | batch must be at least 2, got 1",
                "stages: {p: {method: simclr, temperature: 0}} | temperature must be above 0",
                "stages: {p: {method: simclr, optimizer: {name: adam}}} | expected one of lars, lars_byol, sgd, adamw, rmsprop",
                "stages: {p: {method: simclr, optimizer: {schedule: cosin}}} | schedule is 'cosin', expected cosine",
                "stages: {p: {method: simclr, optimizer: {schedule: steps 9 8}}} | shares must rise",
                "stages: {p: {method: simclr, optimizer: {decay: all}}} | decay: all goes with sgd and rmsprop",
                "stages: {p: {method: simclr, optimizer: {decay: some}}} | expected one of all, no_norms, kernels",
                "stages: {p: {method: simclr, backbone: {drop_path: 1}}} | drop_path must be at least 0 and below 1, or -1",
                "stages: {p: {method: simclr, backbone: {dropout: -0.1}}} | dropout must be at least 0 and below 1, or -1",
                "stages: {p: {method: simclr, optimizer: 3}} | stages.p.optimizer is a group of keys",
                "stages: {t: {method: mean-teacher, average: {decay: 0}}} | average.decay must be above 0",
                "stages: {m: {method: moam, class_weight: 0.7}} | class_weight + adversarial_weight must be at least 0 and",
                "stages: {v: {method: vat, eps: 0}} | eps must be above 0",
                "stages: {v: {method: vat, kl: reverse}} | expected one of s4l, miyato",
                "stages: {u: {method: uda, threshold: 1}} | threshold must be at least 0 and below 1",
                "stages: {u: {method: uda, tsa: fast}} | expected one of none, log, linear, exp",
                "stages: {e: {method: s4l-exemplar, copies: 1}} | copies must be at least 2",
                "stages: {r: {method: s4l-rotation, weight: 0}} | weight must be above 0",
                "stages: {f: {method: finetune}} | stages.f.from is 'pretrain', which is no stage before it",
                "stages: {P: {method: simclr}} | use lower-case letters",
                "seed: {a: 1} | seed is one value",
                "seed: [1] | a list has no place",
                "seed: 1 }{ | mine.yaml line 1",
                "seed: | seed is '', expected a whole number",
                "precision: fp16 | expected one of auto, fp32, bf16",
            })
    void aWrongRecipeIsRefusedWithPlaceAndRemedy(String yaml, String message) {
        String text = yaml.contains("stages") ? yaml : yaml + "\nstages: {p: {method: simclr}}";
        assertThatThrownBy(() -> recipe(text))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(message)
                .extracting(e -> ((HalflightException) e).kind())
                .isEqualTo(HalflightException.Kind.USAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stages.pretrain.epoch=3 | there is no key epoch, did you mean epochs",
                "stages.pretrain=3 | stages.pretrain is a group of keys",
                "seed.x=3 | seed is one value",
                "seed | --set seed has no value",
                "data.labels=ten | data.labels is 'ten'",
            })
    void aWrongOverrideIsRefused(String override, String message) {
        assertThatThrownBy(() ->
                        RecipeReader.read("simclrv2", List.of(override)).data().split())
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anUnknownRecipeNamesTheNearest() {
        assertThatThrownBy(() -> RecipeReader.read("simclr2", List.of())).hasMessageContaining("did you mean simclrv2");
    }

    private Recipe recipe(String yaml) {
        try {
            return RecipeReader.read(
                    Files.writeString(folder.resolve("mine.yaml"), yaml).toString(), List.of());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
