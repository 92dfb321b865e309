package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final int RETRIES = RetryBudget.CAPACITY / RetryBudget.RETRY_COST;

  private final RetryBudget budget = new RetryBudget();

  @Test
  void anOutageIsNotAnsweredWithRetriesWithoutEnd() {
    for (int i = 0; i < RETRIES; i++) {
      assertThat(budget.take()).as("retry %d", i).isTrue();
    }

    assertThat(budget.take()).isFalse();
    assertThat(budget.take()).isFalse();
  }

  @Test
  void successesPayForRetriesAgain() {
    spendAll();

    for (int i = 0; i < RetryBudget.RETRY_COST - 1; i++) {
      budget.give();
      assertThat(budget.take()).isFalse();
    }
    budget.give();

    assertThat(budget.take()).isTrue();
    assertThat(budget.take()).isFalse();
  }

  @Test
  void nothingIsSavedAboveTheCapacity() {
    for (int i = 0; i < RetryBudget.CAPACITY; i++) {
      budget.give();
    }

    spendAll();
    assertThat(budget.take()).isFalse();
  }

  private void spendAll() {
    for (int i = 0; i < RETRIES; i++) {
      assertThat(budget.take()).isTrue();
    }
  }
}
