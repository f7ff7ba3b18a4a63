//! Geometries of shapely and geopandas: well-known binary (WKB), which is what both pickle.
//!
//! shapely 2 writes `REDUCE shapely.io:from_wkb (wkb,)`, shapely 1 `REDUCE shapely.geometry.point:Point ()`, `BUILD wkb`.
//! geopandas' array is `NEWOBJ geopandas.array:GeometryArray ()`, `BUILD (array of objects, crs)`, where the objects are WKB
//! themselves from 0.8 on, and shapely's in a dict `{'data'}` before.

use unpickle_core::{Object, Value};

use crate::names::{field, some, text};

/// Whether a module is shapely's.
pub(crate) fn is_shapely(module: &str) -> bool {
    module.strip_prefix("shapely").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The WKB of a geometry of shapely.
pub(crate) fn wkb(object: Object<'_>) -> Option<&[u8]> {
    let call = object.call().filter(|call| is_shapely(call.module))?;
    let wkb = if call.name == "from_wkb" { object.arg(0)? } else { object.state()? };
    wkb.as_bytes().or_else(|| wkb.as_str2())
}

/// The array of geometries of geopandas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometries<'p> {
    /// The coordinate reference system in the words it was made of, `"EPSG:4326"`, if the array has one.
    pub crs: Option<&'p str>,
}

impl<'p> Geometries<'p> {
    /// What `value` says of its geometries, if it is an array of geopandas.
    #[must_use]
    pub fn of(value: Value<'p>) -> Option<Geometries<'p>> {
        let call = value.call().filter(|call| call.module.starts_with("geopandas."))?;
        if call.name != "GeometryArray" {
            return None;
        }
        let state = call.object.state()?;
        let crs = some(state.as_tuple().and_then(|state| state.get(1)).or_else(|| field(state, "_crs")));
        // pyproj's object keeps what it was made of.
        let crs = crs.and_then(|crs| text(crs).or_else(|| text(field(crs.as_object()?.state()?, "srs")?)));
        Some(Geometries { crs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unpickle_core::Pickle;

    #[test]
    fn both_spellings_of_a_geometry_are_known() {
        for bytes in [
            &b"\x80\x03cshapely.io\nfrom_wkb\nC\x02\x01\x02\x85R."[..],
            b"\x80\x03cshapely.geometry.point\nPoint\n)RC\x02\x01\x02b.",
            b"\x80\x03cshapely.geometry.point\nPoint\n)\x81C\x02\x01\x02b.",
        ] {
            let pickle = Pickle::parse(bytes.to_vec()).unwrap();
            assert_eq!(wkb(pickle.root().as_object().unwrap()), Some(&[1, 2][..]));
        }
        let other = Pickle::parse(b"\x80\x03cshapely_like\nPoint\n)RC\x02\x01\x02b.".to_vec()).unwrap();
        assert_eq!(wkb(other.root().as_object().unwrap()), None);
    }

    #[test]
    fn an_array_of_geometries_tells_its_system() {
        let crs = &b"cpyproj.crs.crs\nCRS\n)\x81}X\x03\0\0\0srsX\x09\0\0\0EPSG:4326sb"[..];
        for (crs, expected) in [(crs, Some("EPSG:4326")), (b"X\x04\0\0\0utm4", Some("utm4")), (b"N", None)] {
            let bytes = [&b"\x80\x03cgeopandas.array\nGeometryArray\n)\x81(N"[..], crs, b"tb."].concat();
            let pickle = Pickle::parse(bytes).unwrap();
            assert_eq!(Geometries::of(pickle.root()), Some(Geometries { crs: expected }));
        }
    }
}
