@NullMarked
package io.halflight.method;

import org.jspecify.annotations.NullMarked;
