// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** What a server says of each row of a block, after a while. */
final class Answers implements Kind.Worker {

  private static final String QUESTION =
      """
      SELECT hashtextextended(payload, 0)
      FROM pg_sleep(?), unnest(?::text[]) WITH ORDINALITY AS asked (payload, place)
      ORDER BY place""";

  private final Pool pool;
  private final double seconds;

  Answers(ConnectionSpec server, Duration delay) {
    this.pool = Pool.share(server, Quota.LOOKUP);
    this.seconds = delay.toNanos() / 1e9;
  }

  @Override
  public long[] of(Block block) throws SQLException {
    BlockColumn payloads = block.column(1);
    String[] texts = new String[block.rows()];
    for (int row = 0; row < texts.length; row++) {
      texts[row] = payloads.getText(row);
    }
    try (Pool.Acquired acquired = pool.acquire("ask about a block");
        PreparedStatement question = acquired.connection().prepareStatement(QUESTION)) {
      question.setDouble(1, seconds);
      question.setArray(2, acquired.connection().createArrayOf("text", texts));
      return answers(question, texts.length);
    }
  }

  private static long[] answers(PreparedStatement question, int rows) throws SQLException {
    long[] answers = new long[rows];
    try (ResultSet answer = question.executeQuery()) {
      for (int row = 0; row < rows && answer.next(); row++) {
        answers[row] = answer.getLong(1);
      }
    }
    return answers;
  }

  @Override
  public void close() {
    pool.close();
  }
}
