@NullMarked
package io.halflight.json;

import org.jspecify.annotations.NullMarked;
