@NullMarked
package io.halflight.augment;

import org.jspecify.annotations.NullMarked;
