@NullMarked
package io.halflight.train;

import org.jspecify.annotations.NullMarked;
