@NullMarked
package io.halflight.recipe;

import org.jspecify.annotations.NullMarked;
