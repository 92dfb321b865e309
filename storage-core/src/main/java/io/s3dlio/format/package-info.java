/**
 * The file formats of training data, NPY, NPZ, TFRecord and HDF5: what stands around the samples'
 * bytes. Writers make bytes and know nothing of where they go; readers read objects by range.
 */
@NullMarked
package io.s3dlio.format;

import org.jspecify.annotations.NullMarked;
