package io.halflight.recipe;

import io.halflight.backbone.Backbone;
import io.halflight.method.Byol;
import io.halflight.method.Exemplar;
import io.halflight.method.Method;
import io.halflight.method.MoCo;
import io.halflight.method.Rotation;
import io.halflight.method.SimClr;
import io.halflight.method.SimClrMemory;
import io.halflight.method.Tower;
import io.halflight.nn.Init;
import io.halflight.nn.ProjectionHead;
import io.halflight.train.Compute;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;

/** Makes the networks and the method of a pretraining stage. Call it outside any scope: the networks outlive the call. */
final class PretrainBuilder {
    /** A method and the encoder that it trains. */
    record Built(Method method, Backbone encoder) {}

    private final RunData data;
    private final Compute compute;

    PretrainBuilder(RunData data, Compute compute) {
        this.data = data;
        this.compute = compute;
    }

    Built build(Pretraining settings, Stage stage) {
        if (settings instanceof Pretraining.SimClr s) {
            Tower online = tower(s, s.head(), stage);
            var augment = s.augment().config(data.size(), data.channels());
            if (s.memory() > 0) {
                var config = new SimClrMemory.Config(s.temperature(), augment, s.memory(), s.memoryDecay());
                return new Built(new SimClrMemory(online, tower(s, s.head(), stage), config), online.f());
            }
            var config = new SimClr.Config(
                    s.temperature(), augment, s.jointForward(), s.statisticsGroups(), s.chunk(), s.sumViews());
            return new Built(new SimClr(online.f(), online.g(), config), online.f());
        }
        if (settings instanceof Pretraining.MoCo s) {
            Tower query = tower(s, s.head(), stage);
            var config = new MoCo.Config(
                    s.temperature(),
                    s.augment().config(data.size(), data.channels()),
                    s.queue(),
                    s.momentum(),
                    s.symmetric(),
                    s.statisticsGroups());
            return new Built(new MoCo(query, tower(s, s.head(), stage), config), query.f());
        }
        if (settings instanceof Pretraining.Byol s) {
            Tower online = tower(s, s.head(), stage);
            ProjectionHead predictor = s.predictor().create(s.head().out());
            move(predictor);
            var config = new Byol.Config(
                    s.augment().config(data.size(), data.channels()),
                    s.augmentSecond().config(data.size(), data.channels()),
                    s.tauBase(),
                    s.tauCosine());
            return new Built(new Byol(online, predictor, tower(s, s.head(), stage), config), online.f());
        }
        if (settings instanceof Pretraining.Rotation s) {
            Backbone f = encoder(s, stage);
            LinearImpl turns = linear(f.features(), 4);
            var view = s.augment().config(data.size(), data.channels());
            return new Built(new Rotation(f, turns, view), f);
        }
        Pretraining.Exemplar s = (Pretraining.Exemplar) settings;
        Backbone f = encoder(s, stage);
        LinearImpl embedding = linear(f.features(), s.embedding());
        var view = s.augment().config(data.size(), data.channels());
        return new Built(new Exemplar(f, embedding, s.copies(), view), f);
    }

    private Tower tower(Pretraining settings, HeadSettings head, Stage stage) {
        Backbone f = encoder(settings, stage);
        ProjectionHead g = head.create(f.features());
        move(g);
        return new Tower(f, g);
    }

    private Backbone encoder(Pretraining settings, Stage stage) {
        Backbone f = settings.backbone().create(stage.encoder(), stage.name());
        move(f);
        return f;
    }

    private LinearImpl linear(int in, int out) {
        LinearImpl linear = Init.dense(in, out, true);
        move(linear);
        return linear;
    }

    private void move(Module module) {
        Placement.on(compute, module);
    }
}
