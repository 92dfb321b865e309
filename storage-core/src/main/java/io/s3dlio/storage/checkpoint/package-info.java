/**
 * Checkpoints: named states of a training program, saved and loaded whole. {@link
 * io.s3dlio.storage.checkpoint.CheckpointWriter} saves one, {@link
 * io.s3dlio.storage.checkpoint.CheckpointReader} finds and loads them, {@link
 * io.s3dlio.storage.checkpoint.Checkpoints} removes them.
 */
@NullMarked
package io.s3dlio.storage.checkpoint;

import org.jspecify.annotations.NullMarked;
