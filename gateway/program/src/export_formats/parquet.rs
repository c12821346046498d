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

/// A table in a file.
pub(crate) struct ParquetFile {
    writer: SerializedFileWriter<File>,
    columns: Vec<Column>,
    rows: usize,
}

/// What of a column is not written yet.
struct Column {
    values: Values,
    /// Of a column that may have nothing: 1 for each row that has something, 0 for one that has not.
    levels: Option<Vec<i16>>,
}

enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Date(Vec<i32>),
    Money(Vec<FixedLenByteArray>),
}

impl ParquetFiles {
    /// Makes a file for each table.
    pub(super) fn create(directory: &Path) -> io::Result<ParquetFiles> {
        let create = |table: &Table| {
            let file = File::create_new(directory.join(format!("{}.parquet", table.name)))?;
            ParquetFile::create(file, table, &[])
        };
        let files = TABLES.iter().map(create);
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
    /// Begins the table in an empty file. Columns named by `optional` may have nothing.
    pub(crate) fn create(file: File, table: &Table, optional: &[&str]) -> io::Result<ParquetFile> {
        let is_optional = |name: &str| optional.contains(&name);
        let fields = table.columns.iter().map(|(name, kind)| field(name, *kind, is_optional(name)));
        let fields = fields.collect::<Result<_, _>>();
        let schema = Type::group_type_builder(table.name).with_fields(fields.map_err(failed)?).build();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema.map_err(failed)?), Arc::new(properties));
        let column = |(name, kind): &(&str, Kind)| Column::new(*kind, is_optional(name));
        let columns = table.columns.iter().map(column).collect();
        Ok(ParquetFile { writer: writer.map_err(failed)?, columns, rows: 0 })
    }

    /// Adds a row, which has a cell for each column.
    pub(crate) fn write(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
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

    /// The table is whole.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.flush().map_err(failed)?;
        }
        self.writer.close().map(drop).map_err(failed)
    }
}

fn field(name: &str, kind: Kind, is_optional: bool) -> Result<TypePtr, ParquetError> {
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
        .with_repetition(if is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED })
        .with_logical_type(logical);
    if kind == Kind::Money {
        builder = builder.with_length(16).with_precision(DIGITS).with_scale(0);
    }
    builder.build().map(Arc::new)
}

impl Column {
    fn new(kind: Kind, is_optional: bool) -> Column {
        let values = match kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Whole | Kind::Time => Values::Whole(Vec::new()),
            Kind::Date => Values::Date(Vec::new()),
            Kind::Money => Values::Money(Vec::new()),
        };
        Column { values, levels: is_optional.then(Vec::new) }
    }

    fn push(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match (&mut self.values, cell) {
            (_, Cell::Nothing) => {
                self.levels.as_mut().expect("a column that may have nothing").push(0);
                return Ok(());
            }
            (Values::Text(values), Cell::Text(text)) => values.push(ByteArray::from(&**text)),
            (Values::Whole(values), Cell::Whole(number)) => values.push(whole(*number)?),
            (Values::Whole(values), Cell::Time(time_us)) => values.push(*time_us),
            (Values::Date(values), Cell::Date(date)) => {
                values.push(i32::try_from(date.days()).expect("dates end in the year 9999"));
            }
            (Values::Money(values), Cell::Money(minor, _)) => values.push(decimal(*minor)?),
            _ => panic!("a cell is of its column's kind"),
        }
        self.levels.iter_mut().for_each(|levels| levels.push(1));
        Ok(())
    }

    fn flush(&mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let mut writer = group.next_column()?.expect("a row group has a column for each of the schema");
        let levels = self.levels.as_deref();
        match &self.values {
            Values::Text(values) => writer.typed::<ByteArrayType>().write_batch(values, levels, None)?,
            Values::Whole(values) => writer.typed::<Int64Type>().write_batch(values, levels, None)?,
            Values::Date(values) => writer.typed::<Int32Type>().write_batch(values, levels, None)?,
            Values::Money(values) => {
                writer.typed::<FixedLenByteArrayType>().write_batch(values, levels, None)?
            }
        };
        self.clear();
        writer.close()
    }

    fn clear(&mut self) {
        match &mut self.values {
            Values::Text(values) => values.clear(),
            Values::Whole(values) => values.clear(),
            Values::Date(values) => values.clear(),
            Values::Money(values) => values.clear(),
        }
        self.levels.iter_mut().for_each(Vec::clear);
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
