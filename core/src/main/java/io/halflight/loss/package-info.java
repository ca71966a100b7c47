@NullMarked
package io.halflight.loss;

import org.jspecify.annotations.NullMarked;
