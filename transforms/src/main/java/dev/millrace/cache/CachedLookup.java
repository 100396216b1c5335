// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType.Kind;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.cache.tier.Name;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.TableName;
import dev.millrace.file.ReadFiles;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/**
 * Puts beside each row what a table, a query, a function or a small file has for its key, as a join
 * does, and asks for each key once: the distinct keys of a block are looked up together, and what
 * was found, or that there is nothing, is kept in a cache that all threads of a JVM share.
 *
 * <p>Bounded or unbounded; keeps windows, timestamps and the origin of blocks, and may stand
 * between a read and a write in ledger mode. A value is at most as old as {@link
 * CacheSettings#timeToLive} says; in a history ({@link #asOf}) it is the one that was valid at the
 * time of the row, whenever it is looked up. Memory is bounded by the cache's heap and by what is
 * found for one block. While it asks, each thread takes one connection, of a pool of its own.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class CachedLookup extends PTransform<PCollection<Block>, PCollection<Block>> {

  private final LookupOrigin origin;
  private final LookupOptions options;

  private CachedLookup(LookupOrigin origin, LookupOptions options) {
    this.origin = origin;
    this.options = options;
  }

  /**
   * Looks up in a table or view.
   *
   * @param table {@code name} or {@code schema.name}, as in SQL
   * @throws IllegalArgumentException when the name has another form
   */
  public static CachedLookup in(ConnectionSpec spec, String table) {
    return new CachedLookup(
        new TableOrigin(spec, TableName.parse(table), null), new LookupOptions(nameOf(table)));
  }

  /**
   * Looks up in what a query gives, which is asked for the keys that are wanted. It has no key of
   * its own: name the columns of {@link #key}, each combination of which is of one row.
   *
   * @param name what the cache is called, as {@link #named} says
   * @param query in SQL, which is trusted
   * @throws IllegalArgumentException when the name has another form
   */
  public static CachedLookup inQuery(ConnectionSpec spec, String name, String query) {
    return new CachedLookup(
        new TableOrigin(spec, new TableName("", name), query),
        new LookupOptions(Name.checked("cache", name)));
  }

  /**
   * Looks up by a function, which is asked for the distinct keys of a block together.
   *
   * @param name what the cache is called, as {@link #named} says
   * @param version another when the function finds something else for a key
   * @param key the columns of the key: whole numbers, numeric, text, {@code uuid}, dates or
   *     timestamps; those of the blocks are of the same types
   * @param found the columns that are found
   * @throws IllegalArgumentException when the name has another form, or a column of the key another
   *     type
   */
  public static CachedLookup by(
      String name, String version, BlockSchema key, BlockSchema found, LookupFunction function) {
    return new CachedLookup(
        new FunctionOrigin(new FunctionSource(name, version, key, found, function)),
        new LookupOptions(Name.checked("cache", name)));
  }

  /**
   * Looks up in small files, whose rows each JVM reads once, when they are wanted first, and holds:
   * an eighth of its heap at most, or it fails. Every ten seconds it looks whether the files have
   * changed, by names, sizes, times of change and, where the file system has them, checksums, and
   * if so reads them again, for which who looks up waits; twice as much is held meanwhile. So what
   * is found is ten seconds old at most, and nothing else is cached. They have no key of their own:
   * name the columns of {@link #key}, each combination of which is of one row; rows with a NULL in
   * it are never found.
   *
   * @param name what the lookup is called: 1 to 100 letters, digits, {@code _}, {@code -} or {@code
   *     .}, the first a letter or digit
   * @throws IllegalArgumentException when the name has another form
   */
  public static CachedLookup inFile(String name, ReadFiles files) {
    LookupOptions options = new LookupOptions(Name.checked("lookup", name));
    options.settings = null;
    return new CachedLookup(new FileOrigin(files), options);
  }

  /** What the cache of a table's lookups is called, unless they are {@link #named} otherwise. */
  public static String nameOf(String table) {
    return Name.of(TableName.parse(table).toString());
  }

  /**
   * Forgets all that this JVM has open of a cache, on the heap, on its disk and in Redis, as after
   * a write to the table that is looked up in: who looks up after the return is given nothing that
   * was found before the call. What other JVMs have on their heaps they serve until its time is
   * over; {@link #checkedBy} reaches them all.
   *
   * @param name of the cache: {@link #nameOf} the table, unless it is {@link #named}
   */
  public static void forget(String name) {
    SharedCache.forget(name);
  }

  private CachedLookup with(Consumer<LookupOptions> change) {
    LookupOptions changed = new LookupOptions(options);
    change.accept(changed);
    return new CachedLookup(origin, changed);
  }

  /** The columns of the blocks that hold the key; default: those of the same names. */
  public CachedLookup on(String... names) {
    return with(changed -> changed.on = List.of(names));
  }

  /**
   * The columns of the table that are the key. Best served by an index. Default: the primary key,
   * or the first unique index over columns that are NOT NULL; of a history without the column of
   * {@link #asOf}.
   */
  public CachedLookup key(String... names) {
    return with(changed -> changed.key = List.of(names));
  }

  /** The columns that are put beside a row, in this order; default: all but the key's. */
  public CachedLookup columns(String... names) {
    return with(changed -> changed.columns = List.of(names));
  }

  /** What the names of the columns that are put beside a row begin with; default: nothing. */
  public CachedLookup prefixed(String prefix) {
    return with(changed -> changed.prefix = prefix);
  }

  /** Finds the rows that satisfy a condition in SQL, which is trusted; default: all. */
  public CachedLookup where(String condition) {
    return with(changed -> changed.where = condition);
  }

  /**
   * Looks up in a history: finds the last row that was valid at the time of the row that asks.
   *
   * @param time the column of the blocks that has the time; where it is NULL, nothing is found
   * @param since the column of the table, of the same type, that says from when on a row is valid;
   *     NULL for ever since. With the key it is unique
   */
  public CachedLookup asOf(String time, String since) {
    return with(changed -> changed.asOf = new AsOf(time, since));
  }

  /**
   * Drops a row for which nothing is found, and counts it as {@code rows_unmatched}; default: it
   * stays, with NULLs beside it.
   */
  public CachedLookup inner() {
    return with(changed -> changed.inner = true);
  }

  /**
   * What the cache is called in metrics: 1 to 100 letters, digits, {@code _}, {@code -} or {@code
   * .}, the first a letter or digit; default: as the table.
   */
  public CachedLookup named(String name) {
    String checked = Name.checked("cache", name);
    return with(changed -> changed.name = checked);
  }

  /** Where and for how long what was found is kept; default: {@link CacheSettings#DEFAULT}. */
  public CachedLookup cached(CacheSettings settings) {
    return with(changed -> changed.settings = settings);
  }

  /**
   * Serves what was found for as long as a query says that the table is the same, however short or
   * long the time to live: give it a long one. When the query's row is another, all is asked for
   * anew. What is served is then at most as old as the time between checks, and that of an answer.
   *
   * @param query trusted, cheap, of one row, as in {@code SELECT count(*), max(changed_at) FROM
   *     station}; it has to be another whenever the table is
   * @param every how often each slot asks it, at most; more than 0
   * @throws IllegalArgumentException when the time is 0 or less
   */
  public CachedLookup checkedBy(String query, Duration every) {
    ChangeCheck check = new ChangeCheck(query, every);
    return with(changed -> changed.check = check);
  }

  /** Asks the table for the keys of each block anew, still in one query a block. */
  public CachedLookup withoutCache() {
    return with(changed -> changed.settings = null);
  }

  /** The same over rows instead of blocks, for pipelines that have rows already. */
  public PTransform<PCollection<Row>, PCollection<Row>> rows() {
    return new OverRows(this);
  }

  private static final class OverRows extends PTransform<PCollection<Row>, PCollection<Row>> {
    private final CachedLookup lookup;

    OverRows(CachedLookup lookup) {
      this.lookup = lookup;
    }

    @Override
    public PCollection<Row> expand(PCollection<Row> input) {
      return input.apply(Blocks.fromRows()).apply(lookup).apply(Blocks.toRows());
    }
  }

  /**
   * Looks at the table, query or files.
   *
   * @throws IllegalArgumentException when the table or a column does not exist, is of a type that
   *     does not fit, or has the name of a column of the blocks
   * @throws IllegalStateException when the server does not answer or refuses, or a file whose
   *     columns are not told cannot be read
   */
  @Override
  public PCollection<Block> expand(PCollection<Block> input) {
    BlockSchema schema = BlockCoder.schemaOf(input);
    AsOf asOf = options.asOf;
    LookupOrigin.Plan plan = origin.plan(options);
    LookupSource source = plan.source();
    List<String> key = source.key();
    List<String> on = options.on.isEmpty() ? key : options.on;
    if (on.size() != key.size()) {
      throw new IllegalArgumentException(
          "Invalid key: %s (must be %d columns of the blocks, as the key of %s: %s)"
              .formatted(on, key.size(), source.name(), key));
    }
    for (int part = 0; part < key.size(); part++) {
      Column column = schema.column(schema.indexOf(on.get(part)));
      source.require(part, column.name(), column.type());
    }
    if (asOf != null) {
      requireTimes(schema, source.values(), asOf);
    }
    BlockSchema added = added(source.values(), plan.columns());
    Lookup lookup = new Lookup(options.name, source, on, asOf, !options.inner, options.settings);
    return input
        .apply("Look up", ParDo.of(new LookupFn(lookup, schema, added)))
        .setCoder(BlockCoder.of(collide(schema, added)));
  }

  private static void requireTimes(BlockSchema blocks, BlockSchema values, AsOf asOf) {
    Kind time = blocks.column(blocks.indexOf(asOf.time())).type().kind();
    Kind since = values.column(values.indexOf(asOf.since())).type().kind();
    if (!AsOf.isTime(time) || time != since) {
      throw new IllegalArgumentException(
          "Invalid time: %s of %s (must be a date or timestamp, as %s, of %s)"
              .formatted(asOf.time(), time, asOf.since(), since));
    }
  }

  private BlockSchema added(BlockSchema values, List<String> columns) {
    return new BlockSchema(
        values.project(columns).columns().stream()
            .map(column -> new Column(options.prefix + column.name(), column.type()))
            .toList());
  }

  private static BlockSchema collide(BlockSchema schema, BlockSchema added) {
    for (String name : added.names()) {
      if (schema.names().contains(name)) {
        throw new IllegalArgumentException(
            "Invalid column: %s (must differ from those of the blocks: choose columns, or give them"
                    .formatted(name)
                + " a prefix)");
      }
    }
    return schema.and(added);
  }
}
