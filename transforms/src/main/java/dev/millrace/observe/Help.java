// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Map;

/** What metrics mean, in a sentence each. */
final class Help {

  private static final Map<String, String> SENTENCES =
      Map.ofEntries(
          Map.entry("millrace_rows_read_total", "Rows read from a source."),
          Map.entry("millrace_rows_written_total", "Rows committed to a target."),
          Map.entry("millrace_rows_rejected_total", "Rows that were rejected, by reason."),
          Map.entry("millrace_blocks_total", "Blocks read from a source."),
          Map.entry("millrace_bytes_total", "Bytes of the blocks read."),
          Map.entry(
              "millrace_retries_total", "Attempts of what had failed for a while, by SQLState."),
          Map.entry("millrace_timeouts_total", "Limits of time that were passed, by kind."),
          Map.entry(
              "millrace_throttles_total",
              "How often fewer were let into a database at once, by reason."),
          Map.entry("millrace_windows_total", "Windows of event time that the watermark passed."),
          Map.entry("millrace_late_panes_total", "Counts of a window that was passed already."),
          Map.entry("millrace_rows_late_total", "Rows of late panes."),
          Map.entry("millrace_rows_covered_total", "Rows that the ledger had already."),
          Map.entry("millrace_rows_unmatched_total", "Rows for whose key a lookup found nothing."),
          Map.entry(
              "millrace_lock_wait_seconds_total",
              "For how long sessions were seen waiting for locks."),
          Map.entry(
              "millrace_stage_seconds_total",
              "What the threads of a stage spent their time on, by stage and state."),
          Map.entry(
              "millrace_stage_allocated_bytes_total",
              "Bytes that the threads of a stage allocated on the heap."),
          Map.entry(
              "millrace_stage_read_bytes_total",
              "Bytes that the threads of a stage read, of files, sockets and pipes."),
          Map.entry(
              "millrace_stage_written_bytes_total",
              "Bytes that the threads of a stage wrote, to files, sockets and pipes."),
          Map.entry("millrace_stage_blocks_total", "Blocks that went through a stage."),
          Map.entry("millrace_stage_rows_total", "Rows that went through a stage."),
          Map.entry("millrace_stage_bytes_total", "Bytes of the blocks that went through a stage."),
          Map.entry(
              "millrace_gc_pause_seconds_total",
              "For how long the garbage collector stopped all threads."),
          Map.entry(
              "millrace_throttled_seconds_total",
              "For how long threads waited while fewer were let into a database at once."),
          Map.entry("millrace_pool_connections", "Connections of pools, by pool and state."),
          Map.entry(
              "millrace_freshness_seconds", "How far what was read is behind the source's clock."),
          Map.entry(
              "millrace_horizon_lag_seconds",
              "How far the horizon, up to which all can be read, is behind the source's clock."),
          Map.entry("millrace_pool_acquire_seconds", "Until a pool had a connection."),
          Map.entry("millrace_read_query_seconds", "A read's queries of a call."),
          Map.entry("millrace_write_query_seconds", "A transaction's writes, without its commit."),
          Map.entry("millrace_commit_seconds", "Until a commit was acknowledged."),
          Map.entry(
              "millrace_cache_requests_total",
              "Keys that a tier of a cache was asked for, by result."),
          Map.entry(
              "millrace_cache_saved_seconds_total",
              "Time that needless loads would have taken, as an estimate."),
          Map.entry(
              "millrace_cache_load_seconds", "Until a cache's source answered for some keys."),
          Map.entry(
              "millrace_cache_staleness_seconds",
              "How old the oldest entry was that a request was served."),
          Map.entry(
              "millrace_cache_evictions_total",
              "Entries that a tier of a cache gave up itself, by cause."),
          Map.entry(
              "millrace_cache_dropped_total",
              "Entries that a tier of a cache did not take, by cause."),
          Map.entry(
              "millrace_cache_moves_total",
              "Entries that came up to a cache's heap, or went down from it, by move."),
          Map.entry(
              "millrace_cache_invalidations_total",
              "Entries that a tier of a cache was told to forget, by cause."),
          Map.entry(
              "millrace_memory_pressure_total",
              "How often less memory was given to stages, by sign."),
          Map.entry("millrace_chunks_total", "Chunks of work that a stage has closed."),
          Map.entry(
              "millrace_chunk_kept_bytes",
              "Bytes by which what is in use of the heap grew with each chunk that was closed."),
          Map.entry("millrace_memory_bytes", "Memory of this JVM, by kind."),
          Map.entry("millrace_slots", "Slots of pools, by pool and state."),
          Map.entry("millrace_slot_wait_seconds", "Until a pool had slots."),
          Map.entry("millrace_cache_entries", "Entries that a tier of a cache holds."),
          Map.entry("millrace_cache_bytes", "Bytes that a tier of a cache takes up."));

  private Help() {}

  static String of(String metric) {
    return SENTENCES.getOrDefault(metric, "See the manual.");
  }
}
