// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.observe.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * What a call outputs, held back until its slots are given back: a runner that fuses works on an
 * output within the call that outputs it. Used by one thread.
 */
final class Outputs {

  /** More is held by nobody: it is let go, without slots, and the call goes on when it has some. */
  static final int MOST = 16;

  private final Visit visit;
  private final List<Runnable> held = new ArrayList<>(MOST);

  Outputs(Visit visit) {
    this.visit = visit;
  }

  void hold(Runnable output) {
    held.add(output);
    if (held.size() == MOST) {
      visit.requireKept();
      visit.leave();
      letGo();
      visit.enter();
    }
  }

  /** Outputs what is held; without slots. */
  void letGo() {
    held.forEach(Stage.downstream(Runnable::run));
    held.clear();
  }
}
