using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

public class DatabaseRecordTests : LibraryRecordContract
{
    protected override async Task<LibraryPlace> PlaceAsync() => await DatabasePlace.CreateAsync();
}

public class DatabaseSearchTests : LibrarySearchContract
{
    protected override async Task<LibraryPlace> PlaceAsync() => await DatabasePlace.CreateAsync();
}

public class DatabaseSharingTests : LibrarySharingContract
{
    protected override async Task<LibraryPlace> PlaceAsync() => await DatabasePlace.CreateAsync();
}
