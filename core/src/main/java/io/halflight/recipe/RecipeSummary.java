package io.halflight.recipe;

import java.util.List;

/**
 * A built-in recipe and one line about it.
 *
 * @param presets sizes that it comes in, run as {@code NAME:PRESET}
 */
public record RecipeSummary(String name, String description, List<String> presets) {}
