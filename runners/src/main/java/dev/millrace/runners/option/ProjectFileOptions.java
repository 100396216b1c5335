// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import picocli.CommandLine.Option;

/** Which project file the other options are read from, and which part of it goes first. */
public final class ProjectFileOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Read options from this YAML file instead of millrace.yaml.")
  String config = "";

  @Option(
      names = "--environment",
      paramLabel = "NAME",
      description = "What stands under `environments:` and this name in that file goes first.")
  String environment = "";
}
