// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import java.util.Random;

/** A standard normal value that remembers the hour before: an autoregressive series of order 1. */
final class Drift {
  private final Random random;
  private final double memory;
  private final double fresh;
  private double value;

  Drift(Random random, double memory) {
    this.random = random;
    this.memory = memory;
    this.fresh = StrictMath.sqrt(1 - memory * memory);
    this.value = random.nextGaussian();
  }

  double next() {
    value = memory * value + fresh * random.nextGaussian();
    return value;
  }
}
