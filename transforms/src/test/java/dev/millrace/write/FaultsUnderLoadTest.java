// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The same while others keep all processors busy, twice over. */
@Tag("chaos")
class FaultsUnderLoadTest extends FaultsTest {

  private static final AtomicBoolean OVER = new AtomicBoolean();
  private static final List<Thread> BUSY = new ArrayList<>();

  @BeforeAll
  static void load() {
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      Thread thread =
          new Thread(
              () -> {
                while (!OVER.get()) {
                  Thread.onSpinWait();
                }
              });
      thread.setDaemon(true);
      thread.start();
      BUSY.add(thread);
    }
  }

  @AfterAll
  static void unload() throws InterruptedException {
    OVER.set(true);
    for (Thread thread : BUSY) {
      thread.join();
    }
  }
}
