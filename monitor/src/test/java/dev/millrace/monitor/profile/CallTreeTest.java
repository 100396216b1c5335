// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.profile.CallTree.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallTreeTest {

  @Test
  void add_shouldSumUpByPath() {
    CallTree tree = new CallTree();
    tree.add(List.of("s", "a", "b"), "", 1);
    tree.add(List.of("s", "a"), "", 2);
    tree.add(List.of("s", "c"), "makes byte[]", 10);
    assertThat(tree.root().total()).isEqualTo(13);
    Node stage = tree.root().children().get(0);
    assertThat(stage.total()).isEqualTo(13);
    assertThat(stage.children()).extracting(Node::name).containsExactly("c", "a");
    Node a = stage.children().get(1);
    assertThat(a.total()).isEqualTo(3);
    assertThat(a.self()).isEqualTo(2);
    Node made = stage.children().get(0).children().get(0);
    assertThat(made.isThing()).isTrue();
    assertThat(made.self()).isEqualTo(10);
  }

  @Test
  void add_shouldLoseNothing_whenThereIsNoRoomForMoreCalls() {
    CallTree tree = new CallTree();
    for (int i = 0; i < 2 * CallTree.MOST_NODES; i++) {
      tree.add(List.of("s", "call " + i), "", 1);
    }
    Node stage = tree.root().children().get(0);
    assertThat(stage.total()).isEqualTo(2L * CallTree.MOST_NODES);
    assertThat(stage.children()).hasSize(CallTree.MOST_NODES - 2);
    assertThat(stage.self()).isEqualTo(CallTree.MOST_NODES + 2);
  }
}
