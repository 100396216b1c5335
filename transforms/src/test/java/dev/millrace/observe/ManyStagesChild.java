// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

/** Another process, with more stages than are told apart. */
final class ManyStagesChild {

  private ManyStagesChild() {}

  /** Prints how many there are, and what is measured of those that came too late. */
  public static void main(String[] args) {
    for (int i = 0; i < 2 * StageTotals.MOST; i++) {
      Stage.enter("read public.item_" + i).close();
    }
    StageTime later = Stage.times().get("later stages");
    System.out.print(Stage.times().size() + " " + (later != null && later.seconds() > 0));
  }
}
