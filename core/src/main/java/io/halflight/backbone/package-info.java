@NullMarked
package io.halflight.backbone;

import org.jspecify.annotations.NullMarked;
