//! Tables found in a pickle, as Arrow record batches; Parquet, CSV, IPC, JSON lines.
