package io.halflight.recipe;

/** A built-in recipe and one line about it. */
public record RecipeSummary(String name, String description) {}
