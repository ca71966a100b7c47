package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrozenPartsTest {
    @ParameterizedTest
    @ValueSource(strings = {"resnet10", "resnet50v2", "wrn-10-1", "efficientnet-b0"})
    void aNetworkForLargerPicturesIsTheSameNetwork(String name) {
        BackboneSpec small = BackboneSpec.of(name, 32);
        BackboneSpec large = small.resized(48);
        assertThat(large.size()).isEqualTo(48);
        assertThat(large.sameNetwork(small)).isTrue();
        assertThat(BackboneSpec.of(name, 48).sameNetwork(small))
                .as("a stem that follows the size does so before the network exists")
                .isEqualTo(name.startsWith("wrn"));
        assertThat(StateDict.of(Backbones.create(large)).keySet())
                .isEqualTo(StateDict.of(Backbones.create(small)).keySet());
    }

    /** Names of the state in the first two parts, and how many parts there are. */
    @ParameterizedTest
    @CsvSource({
        "resnet10, (conv1|bn1|layer1)\\..*, 5",
        "resnet50v2, (stem|stages\\.0)\\..*, 6",
        "wrn-10-1, (stem|stages\\.0)\\..*, 5",
        "efficientnet-b0, features\\.[01]\\..*, 9",
    })
    void frozenPartsNeitherLearnNorCount(String name, String frozen, int parts) {
        Backbone network = Backbones.create(BackboneSpec.of(name, 32));
        int all = Parameters.of(network, "", false).size();
        network.freeze(2);
        List<String> learns =
                Parameters.of(network, "", false).stream().map(Parameter::name).toList();
        assertThat(learns).isNotEmpty().hasSizeLessThan(all).noneMatch(parameter -> parameter.matches(frozen));
        assertThat(StateDict.of(network).keySet())
                .filteredOn(entry -> entry.matches(frozen))
                .isNotEmpty();

        network.train(true);
        network.still(2);
        try (PointerScope scope = new PointerScope()) {
            Map<String, float[]> before = new LinkedHashMap<>();
            StateDict.of(network).forEach((entry, tensor) -> {
                if (entry.endsWith("running_mean")) {
                    before.put(entry, Tensors.toFloats(tensor));
                }
            });
            network.forward(torch.rand(4, 3, 32, 32));
            StateDict.of(network).forEach((entry, tensor) -> {
                if (entry.endsWith("running_mean")) {
                    boolean still = Arrays.equals(before.get(entry), Tensors.toFloats(tensor));
                    assertThat(still).as(entry).isEqualTo(entry.matches(frozen));
                }
            });
        }
        assertThatThrownBy(() -> network.freeze(parts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the network has " + parts);
    }
}
