// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.profile.CallTree.Node;
import dev.millrace.monitor.profile.Profile.Document;
import dev.millrace.monitor.profile.Profile.Line;
import dev.millrace.monitor.report.Format;
import dev.millrace.monitor.report.Html;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** Writes a profile as one HTML file: a table of the stages, and flame graphs drawn by a script. */
final class ProfilePage {

  /** Of all of a view; what is less is not drawn, and counts for the call that it is in. */
  private static final long LEAST = 20_000;

  private final Html html = new Html();

  private ProfilePage() {}

  static String of(Profile profile) {
    ProfilePage page = new ProfilePage();
    page.write(profile);
    return page.html.toString();
  }

  private void write(Profile profile) {
    Document document = profile.document();
    String title = "Profile of " + document.title();
    String script = Html.part(ProfilePage.class, "profile.js");
    html.begin(title, Html.part(ProfilePage.class, "profile.css"), "'sha256-" + hash(script) + "'");
    html.open("body").open("main").open("header");
    html.leaf("h1", title);
    html.leaf(
            "p",
            "%s on %s, began %s, took %s"
                .formatted(
                    document.runId(),
                    document.runner(),
                    Format.moment(document.began(), ZoneOffset.UTC),
                    Format.duration(document.seconds())),
            "class",
            "quiet")
        .close();
    if (document.lostSeconds() > 0) {
      html.leaf(
          "p",
          "The first %s are not in this profile: the recording had no room for more."
              .formatted(Format.duration(document.lostSeconds())),
          "class",
          "note");
    }
    html.open("section", "class", "card", "id", "graph")
        .open("noscript")
        .leaf("p", "The graphs need JavaScript; the table does not.")
        .close()
        .close();
    stages(document);
    html.close().data("profile", Json.write(graphs(profile))).script(script).close().close();
  }

  private static String hash(String script) {
    try {
      byte[] bytes = script.getBytes(StandardCharsets.UTF_8);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot hash a script: " + e.getMessage(), e);
    }
  }

  private void stages(Document document) {
    html.open("section", "class", "card").leaf("h2", "Stages");
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "stage", "scope", "col");
    for (String column :
        List.of("CPU", "allocated", "read", "written", "CPU, sampled", "in locks", "in I/O")) {
      html.leaf("th", column, "scope", "col", "class", "n");
    }
    html.leaf("th", "most on a processor", "scope", "col").close().close().open("tbody");
    document.stages().forEach(this::row);
    document.steps().forEach(this::row);
    document.outside().forEach(this::row);
    html.close().close().close();
    html.leaf(
        "p",
        "CPU, allocated, read and written of stages are their own count and exact; the rest is of"
            + " the recording. Samples are taken each %d ms of at most five threads that run Java."
                .formatted(document.cpuSampleMillis()),
        "class",
        "quiet");
    html.leaf(
            "p",
            "In no sample: the garbage collector stopped all threads %s times, for %s in all, and"
                    .formatted(
                        Format.count(document.collections().count()),
                        Format.duration(document.collections().pauseSeconds()))
                + " the JVM's compiler worked for %s."
                    .formatted(Format.duration(document.compilerSeconds())),
            "class",
            "quiet")
        .close();
  }

  private void row(Line line) {
    html.open("tr", "class", line.measured() == null ? "outside" : "stage");
    html.leaf("td", line.label());
    number(measured(line, each -> each.cpuSeconds(), Format::duration));
    number(measured(line, each -> each.allocatedBytes(), Format::bytes));
    number(measured(line, each -> each.readBytes(), Format::bytes));
    number(measured(line, each -> each.writtenBytes(), Format::bytes));
    number(Format.duration(line.cpuSeconds()));
    number(Format.duration(line.lockedSeconds()));
    number(Format.duration(line.ioSeconds()));
    html.leaf(
            "td",
            line.cpuMethods().stream().limit(1).map(Profile.Method::method).findFirst().orElse(""),
            "class",
            "method")
        .close();
  }

  private static String measured(
      Line line, ToDoubleFunction<Measured> value, DoubleFunction<String> form) {
    Measured measured = line.measured();
    return measured == null ? Format.NONE : form.apply(value.applyAsDouble(measured));
  }

  private void number(String text) {
    html.leaf("td", text, "class", "n");
  }

  /** What the script draws. */
  private static Map<String, Object> graphs(Profile profile) {
    Map<String, Integer> names = new LinkedHashMap<>();
    List<Map<String, Object>> views = new ArrayList<>();
    for (View view : View.values()) {
      Node root = profile.tree(view).root();
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("title", view.title());
      fields.put("unit", view.unit());
      fields.put("basis", view.basis());
      fields.put("tree", node(root, root.total() / LEAST, names));
      views.add(fields);
    }
    Map<String, Object> graphs = new LinkedHashMap<>();
    graphs.put("views", views);
    graphs.put("names", names.keySet());
    return graphs;
  }

  /** The number of its name, or of a thing less than 0; its total; the calls within. */
  private static List<Object> node(Node node, long least, Map<String, Integer> names) {
    Integer known = names.putIfAbsent(node.name(), names.size());
    int name = known == null ? names.size() - 1 : known;
    List<Object> fields = new ArrayList<>(List.of(node.isThing() ? ~name : name, node.total()));
    List<Object> children = new ArrayList<>();
    for (Node child : node.children()) {
      if (child.total() > least) {
        children.add(node(child, least, names));
      }
    }
    if (!children.isEmpty()) {
      fields.add(children);
    }
    return fields;
  }
}
