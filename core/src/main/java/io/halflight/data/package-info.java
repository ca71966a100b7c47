@NullMarked
package io.halflight.data;

import org.jspecify.annotations.NullMarked;
