//! Tables in Parquet. Amounts are whole minor units as DECIMAL(38, 0), which sums exactly; `exponent` says how many
//! decimal places the currency has.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};

use super::tables::{Cell, Kind, Rows, TABLES, Table};

/// Rows that are written at once.
const GROUP: usize = 100_000;
/// Digits of a DECIMAL in 16 bytes.
const DIGITS: i32 = 38;

pub(super) struct ParquetFiles {
    files: Vec<ParquetFile>,
}

struct ParquetFile {
    writer: SerializedFileWriter<File>,
    columns: Vec<Column>,
    rows: usize,
}

/// Values that are not written yet.
enum Column {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Date(Vec<i32>),
    Money(Vec<FixedLenByteArray>),
}

impl ParquetFiles {
    /// Makes a file for each table.
    pub(super) fn create(directory: &Path) -> io::Result<ParquetFiles> {
        let files = TABLES.iter().map(|table| ParquetFile::create(directory, table));
        Ok(ParquetFiles { files: files.collect::<io::Result<_>>()? })
    }
}

impl Rows for ParquetFiles {
    fn write(&mut self, table: usize, cells: &[Cell<'_>]) -> io::Result<()> {
        self.files[table].write(cells)
    }

    fn finish(self) -> io::Result<()> {
        self.files.into_iter().try_for_each(ParquetFile::finish)
    }
}

impl ParquetFile {
    fn create(directory: &Path, table: &Table) -> io::Result<ParquetFile> {
        let file = File::create_new(directory.join(format!("{}.parquet", table.name)))?;
        let fields = table.columns.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<_, _>>();
        let schema = Type::group_type_builder(table.name).with_fields(fields.map_err(failed)?).build();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema.map_err(failed)?), Arc::new(properties));
        let columns = table.columns.iter().map(|(_, kind)| Column::new(*kind)).collect();
        Ok(ParquetFile { writer: writer.map_err(failed)?, columns, rows: 0 })
    }

    fn write(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.columns.iter_mut().zip(cells).try_for_each(|(column, cell)| column.push(cell))?;
        self.rows += 1;
        if self.rows == GROUP { self.flush().map_err(failed) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        self.rows = 0;
        let mut group = self.writer.next_row_group()?;
        self.columns.iter_mut().try_for_each(|column| column.flush(&mut group))?;
        group.close().map(drop)
    }

    fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.flush().map_err(failed)?;
        }
        self.writer.close().map(drop).map_err(failed)
    }
}

fn field(name: &str, kind: Kind) -> Result<TypePtr, ParquetError> {
    let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
    let money = LogicalType::decimal(0, DIGITS);
    let (physical, logical) = match kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Time => (Physical::INT64, Some(micros)),
        Kind::Money => (Physical::FIXED_LEN_BYTE_ARRAY, Some(money)),
    };
    let mut builder = Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(logical);
    if kind == Kind::Money {
        builder = builder.with_length(16).with_precision(DIGITS).with_scale(0);
    }
    builder.build().map(Arc::new)
}

impl Column {
    fn new(kind: Kind) -> Column {
        match kind {
            Kind::Text => Column::Text(Vec::new()),
            Kind::Whole | Kind::Time => Column::Whole(Vec::new()),
            Kind::Date => Column::Date(Vec::new()),
            Kind::Money => Column::Money(Vec::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match (self, cell) {
            (Column::Text(values), Cell::Text(text)) => values.push(ByteArray::from(&**text)),
            (Column::Whole(values), Cell::Whole(number)) => values.push(whole(*number)?),
            (Column::Whole(values), Cell::Time(time_us)) => values.push(*time_us),
            (Column::Date(values), Cell::Date(date)) => {
                values.push(i32::try_from(date.days()).expect("dates end in the year 9999"));
            }
            (Column::Money(values), Cell::Money(minor, _)) => values.push(decimal(*minor)?),
            _ => panic!("a cell is of its column's kind"),
        }
        Ok(())
    }

    fn flush(&mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let mut writer = group.next_column()?.expect("a row group has a column for each of the schema");
        match self {
            Column::Text(values) => writer.typed::<ByteArrayType>().write_batch(values, None, None)?,
            Column::Whole(values) => writer.typed::<Int64Type>().write_batch(values, None, None)?,
            Column::Date(values) => writer.typed::<Int32Type>().write_batch(values, None, None)?,
            Column::Money(values) => {
                writer.typed::<FixedLenByteArrayType>().write_batch(values, None, None)?
            }
        };
        self.clear();
        writer.close()
    }

    fn clear(&mut self) {
        match self {
            Column::Text(values) => values.clear(),
            Column::Whole(values) => values.clear(),
            Column::Date(values) => values.clear(),
            Column::Money(values) => values.clear(),
        }
    }
}

fn whole(number: u64) -> io::Result<i64> {
    i64::try_from(number)
        .map_err(|_| io::Error::other(format!("{number} is beyond what Parquet's INT64 holds")))
}

/// Minor units as a DECIMAL: big endian, two's complement.
fn decimal(minor: i128) -> io::Result<FixedLenByteArray> {
    if minor.unsigned_abs() >= 10_u128.pow(DIGITS.unsigned_abs()) {
        return Err(io::Error::other(format!("{minor} is beyond what a DECIMAL of {DIGITS} digits holds")));
    }
    Ok(FixedLenByteArray::from(minor.to_be_bytes().to_vec()))
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
