@NullMarked
package io.halflight.bundle;

import org.jspecify.annotations.NullMarked;
