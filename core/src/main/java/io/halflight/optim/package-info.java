@NullMarked
package io.halflight.optim;

import org.jspecify.annotations.NullMarked;
